package io.lockstep.transport.aeron;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;

/** Lets a thread sleep until a datagram arrives at one of a rank's sockets, instead of asking them again and again. */
final class Arrivals implements AutoCloseable {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** What is ready Aeron finds out by itself; and no set of keys is filled. */
    private static final Consumer<SelectionKey> READY = key -> {};

    private final Selector selector;

    Arrivals() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void watch(DatagramChannel channel) {
        try {
            channel.register(selector, SelectionKey.OP_READ);
        } catch (ClosedChannelException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param nanos rounded up to milliseconds, which is what a selector knows */
    void await(long nanos) {
        try {
            selector.select(READY, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
