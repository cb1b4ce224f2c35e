package io.lockstep.collectives.group;

/**
 * How frames are sent by UDP.
 *
 * @param mtuBytes the longest payload to send in one datagram, or 0 for what the interface carries unfragmented
 * @param termBytes the size of Aeron's term buffers, three for each direction of each pair of ranks; a power of two
 * @param windowBytes what a sender may be ahead of its receiver; at least bandwidth times round-trip time. Limited by the
 *     socket buffer that the kernel grants (net.core.rmem_max)
 */
public record Datagrams(int mtuBytes, int termBytes, int windowBytes) {
    public static final Datagrams DEFAULTS = new Datagrams(0, 4 * 1024 * 1024, 2 * 1024 * 1024);

    public Datagrams {
        if (mtuBytes < 0 || mtuBytes > 65_507 || mtuBytes > 0 && mtuBytes < 256) {
            throw new IllegalArgumentException("mtuBytes must be 0 or between 256 and 65507, was " + mtuBytes);
        }
        if (Integer.bitCount(termBytes) != 1 || termBytes < 1 << 16 || termBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "termBytes must be a power of two between 64 KiB and 1 GiB, was " + termBytes);
        }
        if (windowBytes < 1 << 16) {
            throw new IllegalArgumentException("windowBytes must be at least 65536, was " + windowBytes);
        }
    }

    public Datagrams withMtuBytes(int other) {
        return new Datagrams(other, termBytes, windowBytes);
    }
}
