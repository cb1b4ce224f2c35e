package io.lockstep.collectives.transport;

import java.nio.ByteBuffer;

/**
 * Where a rank stands: the status plane's record. Mutable, reused, confined to its owner's thread.
 *
 * <pre>
 *  0 state (int)   4 waitingFor (int)   8 sequence (long)   16 call (int)   20 root (int)   24 elements (long)
 * 32 verdict (int) 36 culprit (int)    40 other (int)       44 zero         48 verdictSequence (long)
 * 56 verdictCall, 60 verdictRoot, 64 verdictElements, 72 otherCall, 76 otherRoot, 80 otherElements
 * 88 previousCall, 92 previousRoot, 96 previousElements, 104 .. 111 zero
 * </pre>
 */
public final class PeerStatus {
    public static final int BYTES = 112;

    /** Between collectives. */
    public static final int IDLE = 0;
    /** In collective {@link #sequence}. */
    public static final int BUSY = 1;
    /** The group is broken on this rank, with {@link #verdict}. */
    public static final int BROKEN = 2;
    /** This rank has closed the group. */
    public static final int CLOSED = 3;

    public static final int NO_VERDICT = 0;
    /** {@link #culprit} is lost. */
    public static final int LOST = 1;
    /** {@link #culprit} did not call collective {@link #verdictSequence} in time. */
    public static final int LATE = 2;
    /** {@link #culprit} called one thing, {@link #other} another, as {@link #verdictSequence}. */
    public static final int MISMATCHED = 3;

    public int state;
    public int waitingFor = -1;
    /** Number of the collective begun last, from 1; 0 before the first. */
    public long sequence;

    public int call;
    public int root;
    public long elements;

    /** The collective before, so that who is one behind can still compare. */
    public int previousCall;

    public int previousRoot;
    public long previousElements;

    public int verdict;
    public int culprit = -1;
    public int other = -1;
    public long verdictSequence;
    /** What the culprit called, and what the other did; for {@link #MISMATCHED}. */
    public int verdictCall;

    public int verdictRoot;
    public long verdictElements;
    public int otherCall;
    public int otherRoot;
    public long otherElements;

    /** What is known of a peer that cannot be read just now: nothing that would accuse it of anything. */
    void becomeUnknown() {
        state = IDLE;
        waitingFor = -1;
        sequence = -1;
        verdict = NO_VERDICT;
    }

    public void writeTo(ByteBuffer buffer, int at) {
        buffer.putInt(at, state);
        buffer.putInt(at + 4, waitingFor);
        buffer.putLong(at + 8, sequence);
        buffer.putInt(at + 16, call);
        buffer.putInt(at + 20, root);
        buffer.putLong(at + 24, elements);
        buffer.putInt(at + 32, verdict);
        buffer.putInt(at + 36, culprit);
        buffer.putInt(at + 40, other);
        buffer.putLong(at + 48, verdictSequence);
        buffer.putInt(at + 56, verdictCall);
        buffer.putInt(at + 60, verdictRoot);
        buffer.putLong(at + 64, verdictElements);
        buffer.putInt(at + 72, otherCall);
        buffer.putInt(at + 76, otherRoot);
        buffer.putLong(at + 80, otherElements);
        buffer.putInt(at + 88, previousCall);
        buffer.putInt(at + 92, previousRoot);
        buffer.putLong(at + 96, previousElements);
    }

    void readFrom(ByteBuffer buffer, int at) {
        state = buffer.getInt(at);
        waitingFor = buffer.getInt(at + 4);
        sequence = buffer.getLong(at + 8);
        call = buffer.getInt(at + 16);
        root = buffer.getInt(at + 20);
        elements = buffer.getLong(at + 24);
        verdict = buffer.getInt(at + 32);
        culprit = buffer.getInt(at + 36);
        other = buffer.getInt(at + 40);
        verdictSequence = buffer.getLong(at + 48);
        verdictCall = buffer.getInt(at + 56);
        verdictRoot = buffer.getInt(at + 60);
        verdictElements = buffer.getLong(at + 64);
        otherCall = buffer.getInt(at + 72);
        otherRoot = buffer.getInt(at + 76);
        otherElements = buffer.getLong(at + 80);
        previousCall = buffer.getInt(at + 88);
        previousRoot = buffer.getInt(at + 92);
        previousElements = buffer.getLong(at + 96);
    }
}
