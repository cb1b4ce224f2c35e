package io.lockstep.collectives.group;

import io.lockstep.collectives.transport.PeerStatus;

/**
 * Why a group is broken. Ranks that come to different verdicts at the same time settle on the one that is first in
 * this order: a broken rule, a lost rank, a late rank; then the lowest culprit. So all survivors name the same.
 *
 * @param kind one of {@link PeerStatus}'s
 * @param culprit the rank to blame; of a mismatch the lower of the two
 * @param other the other rank of a mismatch, or -1
 */
record Verdict(
        int kind,
        int culprit,
        int other,
        long sequence,
        int call,
        int root,
        long elements,
        int otherCall,
        int otherRoot,
        long otherElements)
        implements Comparable<Verdict> {

    static Verdict lost(int culprit, long sequence) {
        return new Verdict(PeerStatus.LOST, culprit, -1, sequence, 0, 0, 0, 0, 0, 0);
    }

    static Verdict late(int culprit, long sequence) {
        return new Verdict(PeerStatus.LATE, culprit, -1, sequence, 0, 0, 0, 0, 0, 0);
    }

    static Verdict mismatched(
            long sequence,
            int rank,
            int call,
            int root,
            long elements,
            int peer,
            int peerCall,
            int peerRoot,
            long peerElements) {
        return rank < peer
                ? new Verdict(
                        PeerStatus.MISMATCHED,
                        rank,
                        peer,
                        sequence,
                        call,
                        root,
                        elements,
                        peerCall,
                        peerRoot,
                        peerElements)
                : mismatched(sequence, peer, peerCall, peerRoot, peerElements, rank, call, root, elements);
    }

    /** What a peer has published, or null. */
    static Verdict of(PeerStatus status) {
        if (status.verdict == PeerStatus.NO_VERDICT) {
            return null;
        }
        return new Verdict(
                status.verdict,
                status.culprit,
                status.other,
                status.verdictSequence,
                status.verdictCall,
                status.verdictRoot,
                status.verdictElements,
                status.otherCall,
                status.otherRoot,
                status.otherElements);
    }

    void writeTo(PeerStatus status) {
        status.verdict = kind;
        status.culprit = culprit;
        status.other = other;
        status.verdictSequence = sequence;
        status.verdictCall = call;
        status.verdictRoot = root;
        status.verdictElements = elements;
        status.otherCall = otherCall;
        status.otherRoot = otherRoot;
        status.otherElements = otherElements;
    }

    @Override
    public int compareTo(Verdict that) {
        if (kind != that.kind) {
            return Integer.compare(precedence(), that.precedence());
        }
        int byCulprit = Integer.compare(culprit, that.culprit);
        return byCulprit != 0 ? byCulprit : Integer.compare(other, that.other);
    }

    private int precedence() {
        return kind == PeerStatus.MISMATCHED ? 0 : kind;
    }
}
