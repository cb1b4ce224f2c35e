package io.lockstep.datasets.fetch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer, read with a deadline for each piece: the client's own timeout ends at the header, and a stream
 * would wait for ever. At most one list of buffers is on its way, so a slow disk slows the sender.
 */
final class ResponseBody implements AutoCloseable {
    /** The rest of the body will not come. */
    static final class BrokenOffException extends IOException {
        BrokenOffException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private sealed interface Signal {}

    private record Piece(List<ByteBuffer> buffers) implements Signal {}

    private record End(Throwable failure) implements Signal {}

    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final Deque<ByteBuffer> received = new ArrayDeque<>();
    private final Duration stallTimeout;

    private volatile Flow.Subscription subscription;

    ResponseBody(Flow.Publisher<List<ByteBuffer>> publisher, Duration stallTimeout) {
        this.stallTimeout = stallTimeout;
        publisher.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription granted) {
                subscription = granted;
                granted.request(1);
            }

            @Override
            public void onNext(List<ByteBuffer> buffers) {
                signals.add(new Piece(buffers));
            }

            @Override
            public void onError(Throwable failure) {
                signals.add(new End(failure));
            }

            @Override
            public void onComplete() {
                signals.add(new End(null));
            }
        });
    }

    /** The next bytes, or null at the end. */
    ByteBuffer next() throws IOException {
        while (received.isEmpty()) {
            Signal signal = await();
            if (signal instanceof End end) {
                signals.add(end);
                if (end.failure() != null) {
                    throw new BrokenOffException(end.failure().getMessage(), end.failure());
                }
                return null;
            }
            received.addAll(((Piece) signal).buffers());
            subscription.request(1);
        }
        return received.poll();
    }

    /** Gives the connection up where the body has not been read to its end. */
    @Override
    public void close() {
        Flow.Subscription granted = subscription;
        if (granted != null) {
            granted.cancel();
        }
    }

    private Signal await() throws IOException {
        try {
            Signal signal = signals.poll(stallTimeout.toNanos(), TimeUnit.NANOSECONDS);
            if (signal == null) {
                throw new BrokenOffException("no byte for " + stallTimeout.toMillis() / 1000.0 + " s", null);
            }
            return signal;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException("interrupted while downloading", e);
        }
    }
}
