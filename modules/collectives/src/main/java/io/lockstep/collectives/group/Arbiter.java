package io.lockstep.collectives.group;

import io.lockstep.collectives.CollectiveException;
import io.lockstep.collectives.MismatchedCollectiveException;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.transport.PeerStatus;
import io.lockstep.collectives.transport.Transport;
import java.time.Duration;

/**
 * Finds out why a collective does not go on, and agrees with the other survivors on it.
 *
 * <p>While a rank waits it looks at its peers' statuses. A peer that called something else under the same number, or
 * whose process is gone, ends the collective at once; one that is not heard of, as it is stopped or behind a cut link,
 * ends it when the limit of silence passes. When the deadline passes the blame goes, in this order, to a rank that gave no
 * sign of life, to the lowest rank that has not called the collective, or to the rank at the end of the chain "I wait for
 * 3, who waits for 2, who waits for nobody".
 *
 * <p>A verdict is published; who sees one adopts it, and all keep the first in {@link Verdict}'s order for a short
 * grace, until every living peer has published the same one.
 */
final class Arbiter {
    /** A living rank beats at least every few milliseconds; garbage collectors and schedulers get this long. */
    private static final long LIVELY_NANOS = Duration.ofMillis(1500).toNanos();

    private static final long LONGEST_GRACE_NANOS = Duration.ofMillis(500).toNanos();

    private final Transport transport;
    private final Duration deadline;
    private final long silenceNanos;
    private final PeerStatus mine = new PeerStatus();
    private final PeerStatus peerStatus = new PeerStatus();
    private Verdict verdict;
    private long lookedNanos = System.nanoTime();
    private long listeningSinceNanos = lookedNanos;

    /** @param silence after which a peer that is not heard of is lost; without effect where the deadline is shorter */
    Arbiter(Transport transport, Duration deadline, Duration silence) {
        this.transport = transport;
        this.deadline = deadline;
        this.silenceNanos = silence.toNanos();
        transport.publish(mine);
    }

    /** The group's verdict, or null while it is whole. */
    Verdict verdict() {
        return verdict;
    }

    void begin(Collective collective) {
        mine.state = PeerStatus.BUSY;
        mine.previousCall = mine.call;
        mine.previousRoot = mine.root;
        mine.previousElements = mine.elements;
        mine.sequence = collective.sequence;
        mine.call = collective.callCode();
        mine.root = collective.rootCode();
        mine.elements = collective.elements();
        mine.waitingFor = -1;
        transport.publish(mine);
    }

    void end() {
        mine.state = PeerStatus.IDLE;
        mine.waitingFor = -1;
        transport.publish(mine);
    }

    void closed() {
        mine.state = PeerStatus.CLOSED;
        transport.publish(mine);
    }

    void waitingFor(int peer) {
        if (mine.waitingFor != peer) {
            mine.waitingFor = peer;
            transport.publish(mine);
        }
    }

    /** Whether all peers that can be heard have finished the collectives that this rank has finished. */
    boolean peersAreDone() {
        for (int peer = 0; peer < transport.worldSize(); peer++) {
            if (peer == transport.rank()) {
                continue;
            }
            transport.statusOf(peer, peerStatus);
            boolean done = peerStatus.sequence > mine.sequence
                    || peerStatus.sequence == mine.sequence && peerStatus.state != PeerStatus.BUSY
                    || peerStatus.state >= PeerStatus.BROKEN;
            if (!done && transport.silenceNanos(peer) < LIVELY_NANOS) {
                return false;
            }
        }
        return true;
    }

    /** Adopts what peers found out while this rank was between collectives. */
    boolean heardOfVerdict() {
        for (int peer = 0; peer < transport.worldSize() && verdict == null; peer++) {
            if (peer != transport.rank()) {
                transport.statusOf(peer, peerStatus);
                Verdict theirs = Verdict.of(peerStatus);
                if (theirs != null) {
                    settleOn(theirs);
                }
            }
        }
        return verdict != null;
    }

    /** Why the collective can be seen to be hopeless before its deadline, or null. A verdict of a peer is adopted. */
    Verdict suspicion() {
        if (heardOfVerdict()) {
            return verdict;
        }
        long listenedNanos = listenedNanos();
        for (int peer = 0; peer < transport.worldSize(); peer++) {
            if (peer == transport.rank()) {
                continue;
            }
            transport.statusOf(peer, peerStatus);
            if (peerStatus.sequence == mine.sequence
                    && differs(peerStatus.call, peerStatus.root, peerStatus.elements)) {
                return mismatchWith(peer, peerStatus.call, peerStatus.root, peerStatus.elements);
            }
            if (isOneAheadOfAnother(peerStatus)) {
                return mismatchWith(
                        peer, peerStatus.previousCall, peerStatus.previousRoot, peerStatus.previousElements);
            }
            long silence = transport.silenceNanos(peer);
            boolean closed = peerStatus.state == PeerStatus.CLOSED;
            boolean gone = silence == Long.MAX_VALUE || closed;
            boolean needed = peer == mine.waitingFor || peerStatus.sequence < mine.sequence;
            if (gone && needed || !closed && Math.min(silence, listenedNanos) > silenceNanos) {
                return Verdict.lost(peer, mine.sequence);
            }
        }
        return null;
    }

    /** For how long this rank has listened without a gap: one that was stopped itself has heard nobody meanwhile. */
    private long listenedNanos() {
        long now = System.nanoTime();
        if (now - lookedNanos > LIVELY_NANOS) {
            listeningSinceNanos = now;
        }
        lookedNanos = now;
        return now - listeningSinceNanos;
    }

    private boolean differs(int call, int root, long elements) {
        return call != mine.call || root != mine.root || elements != mine.elements;
    }

    private Verdict mismatchWith(int peer, int call, int root, long elements) {
        return Verdict.mismatched(
                mine.sequence,
                new Verdict.Said(transport.rank(), mine.call, mine.root, mine.elements),
                new Verdict.Said(peer, call, root, elements));
    }

    /** A frame of {@code peer} belongs to another call under the same number. */
    void mismatched(int peer, int call, int root, long elements) {
        settleOn(mismatchWith(peer, call, root, elements));
    }

    /** A frame of {@code peer} belongs to a later collective: it is done with this one, without us. */
    void leftBehindBy(int peer) {
        transport.statusOf(peer, peerStatus);
        if (isOneAheadOfAnother(peerStatus)) {
            settleOn(mismatchWith(peer, peerStatus.previousCall, peerStatus.previousRoot, peerStatus.previousElements));
        } else {
            settleOn(mismatchWith(peer, Collective.UNKNOWN_CALL, 0, 0));
        }
    }

    /** Whether a peer's call under this number is known, over, and another one than ours. */
    private boolean isOneAheadOfAnother(PeerStatus peer) {
        return peer.sequence == mine.sequence + 1
                && differs(peer.previousCall, peer.previousRoot, peer.previousElements);
    }

    /** What {@code peer} sent makes no sense, or a part of it is missing. */
    void broken(int peer) {
        settleOn(Verdict.lost(peer, mine.sequence));
    }

    /** The deadline has passed. */
    void deadlinePassed() {
        settleOn(judge());
    }

    private Verdict judge() {
        int worldSize = transport.worldSize();
        int rank = transport.rank();
        int late = -1;
        for (int peer = 0; peer < worldSize; peer++) {
            if (peer == rank) {
                continue;
            }
            transport.statusOf(peer, peerStatus);
            boolean done = peerStatus.state == PeerStatus.CLOSED && peerStatus.sequence >= mine.sequence;
            if (!done && transport.silenceNanos(peer) > LIVELY_NANOS) {
                return Verdict.lost(peer, mine.sequence);
            }
            if (late < 0 && peerStatus.sequence < mine.sequence) {
                late = peer;
            }
        }
        if (late >= 0) {
            return Verdict.late(late, mine.sequence);
        }
        int suspect = Math.max(mine.waitingFor, 0);
        for (int hop = 0; hop < worldSize; hop++) {
            transport.statusOf(suspect, peerStatus);
            int next = peerStatus.waitingFor;
            if (suspect == rank || next < 0 || next == rank || next == suspect) {
                break;
            }
            suspect = next;
        }
        return Verdict.lost(suspect == rank ? mine.waitingFor : suspect, mine.sequence);
    }

    /** Breaks the group, with this verdict or with a graver one that a peer came to. */
    void settleOn(Verdict first) {
        if (verdict != null) {
            return;
        }
        verdict = first;
        proclaim();
        long grace = Math.min(LONGEST_GRACE_NANOS, deadline.toNanos() / 4);
        long until = System.nanoTime() + grace;
        Patience patience = new Patience(transport, 0, 0, 1_000_000);
        while (!unanimous() && System.nanoTime() < until) {
            transport.progress();
            patience.pause();
        }
    }

    private boolean unanimous() {
        boolean unanimous = true;
        for (int peer = 0; peer < transport.worldSize(); peer++) {
            if (peer == transport.rank()) {
                continue;
            }
            transport.statusOf(peer, peerStatus);
            Verdict theirs = Verdict.of(peerStatus);
            boolean heard = peerStatus.state != PeerStatus.CLOSED && transport.silenceNanos(peer) < LIVELY_NANOS;
            if (theirs == null) {
                unanimous &= !heard || isLostCulprit(peer);
                continue;
            }
            int order = theirs.compareTo(verdict);
            if (order < 0) {
                verdict = theirs;
                proclaim();
            }
            unanimous &= order == 0 || !heard;
        }
        return unanimous;
    }

    private boolean isLostCulprit(int peer) {
        return peer == verdict.culprit() && verdict.kind() == PeerStatus.LOST;
    }

    private void proclaim() {
        mine.state = PeerStatus.BROKEN;
        verdict.writeTo(mine);
        transport.publish(mine);
    }

    /** The verdict as this rank's exception. */
    CollectiveException exception(String during) {
        String me = transport.describe(transport.rank());
        String culprit = transport.describe(verdict.culprit());
        if (verdict.kind() == PeerStatus.MISMATCHED) {
            return new MismatchedCollectiveException("collective #" + verdict.sequence() + " differs: " + culprit
                    + " called "
                    + verdict.said().describe() + ", "
                    + transport.describe(verdict.other()) + " called "
                    + verdict.otherSaid().describe()
                    + " (seen by "
                    + me + " in " + during + "); all ranks must make the same calls in the same order");
        }
        String seconds = deadline.toMillis() % 1000 == 0 ? deadline.toSeconds() + " s" : deadline.toMillis() + " ms";
        String how = verdict.kind() == PeerStatus.LATE
                ? ": it is alive, but did not call #" + verdict.sequence() + " within " + seconds
                : lastSign(verdict.culprit()) + " (deadline " + seconds + ")";
        return new PeerLostException(
                verdict.culprit(), me + " lost " + culprit + " in " + during + how + "; form a new group", null);
    }

    /** What this rank has heard of a lost one lately, where that says why it is lost. */
    private String lastSign(int peer) {
        if (peer == transport.rank()) {
            return "";
        }
        long silence = transport.silenceNanos(peer);
        if (silence == Long.MAX_VALUE) {
            return ": it is gone";
        }
        return silence < LIVELY_NANOS
                ? ""
                : ": no sign of life for " + Duration.ofNanos(silence).toSeconds() + " s";
    }
}
