package io.lockstep.collectives.group;

import io.lockstep.collectives.transport.PeerStatus;

/**
 * Why a group is broken. Ranks that come to different verdicts at the same time settle on the one that is first in
 * this order: a broken rule, a lost rank, a late rank; then the lowest culprit. So all survivors name the same.
 *
 * @param kind one of {@link PeerStatus}'s
 * @param said by the rank to blame; of a mismatch the lower of the two
 * @param otherSaid by the other rank of a mismatch
 */
record Verdict(int kind, long sequence, Said said, Said otherSaid) implements Comparable<Verdict> {
    /**
     * Which call a rank made.
     *
     * @param rank -1 for nobody
     */
    record Said(int rank, int call, int root, long elements) {
        static final Said NOBODY = new Said(-1, 0, 0, 0);

        static Said nothing(int rank) {
            return new Said(rank, 0, 0, 0);
        }

        String describe() {
            return Collective.describe(call, root, elements);
        }
    }

    static Verdict lost(int culprit, long sequence) {
        return new Verdict(PeerStatus.LOST, sequence, Said.nothing(culprit), Said.NOBODY);
    }

    static Verdict late(int culprit, long sequence) {
        return new Verdict(PeerStatus.LATE, sequence, Said.nothing(culprit), Said.NOBODY);
    }

    static Verdict mismatched(long sequence, Said one, Said other) {
        return one.rank < other.rank
                ? new Verdict(PeerStatus.MISMATCHED, sequence, one, other)
                : new Verdict(PeerStatus.MISMATCHED, sequence, other, one);
    }

    /** What a peer has published, or null. */
    static Verdict of(PeerStatus status) {
        if (status.verdict == PeerStatus.NO_VERDICT) {
            return null;
        }
        return new Verdict(
                status.verdict,
                status.verdictSequence,
                new Said(status.culprit, status.verdictCall, status.verdictRoot, status.verdictElements),
                new Said(status.other, status.otherCall, status.otherRoot, status.otherElements));
    }

    void writeTo(PeerStatus status) {
        status.verdict = kind;
        status.culprit = said.rank;
        status.other = otherSaid.rank;
        status.verdictSequence = sequence;
        status.verdictCall = said.call;
        status.verdictRoot = said.root;
        status.verdictElements = said.elements;
        status.otherCall = otherSaid.call;
        status.otherRoot = otherSaid.root;
        status.otherElements = otherSaid.elements;
    }

    int culprit() {
        return said.rank;
    }

    int other() {
        return otherSaid.rank;
    }

    @Override
    public int compareTo(Verdict that) {
        if (kind != that.kind) {
            return Integer.compare(precedence(), that.precedence());
        }
        int byCulprit = Integer.compare(culprit(), that.culprit());
        return byCulprit != 0 ? byCulprit : Integer.compare(other(), that.other());
    }

    private int precedence() {
        return kind == PeerStatus.MISMATCHED ? 0 : kind;
    }
}
