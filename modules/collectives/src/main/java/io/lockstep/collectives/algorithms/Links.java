package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.transport.Frame;

/** A rank's links to its peers during one collective. Every frame sent is received within the same collective. */
public interface Links {
    int rank();

    int worldSize();

    /** Ranks with the same number share a host. */
    int hostOf(int rank);

    /** Payload bytes of the longest frame; a multiple of 64. */
    int segmentBytes();

    /** Frames that a sender may be ahead of its receiver without waiting. */
    int lookahead();

    /** Waits for room for a frame to {@code peer}. Fill its payload, then {@link #send}. */
    Frame claim(int peer, int payloadBytes);

    /** Sends the claimed frame. */
    void send(int peer);

    /** Waits for the next frame of {@code peer}, which has {@code payloadBytes}. Read it, then {@link #release}. */
    Frame receive(int peer, int payloadBytes);

    /** Gives the received frame's memory back to its sender. */
    void release(int peer);
}
