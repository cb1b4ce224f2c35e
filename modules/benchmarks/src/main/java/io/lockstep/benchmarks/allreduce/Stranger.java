package io.lockstep.benchmarks.allreduce;

import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.security.DatagramSeal;
import io.lockstep.collectives.transport.Advertisement;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Somebody who knows the ranks' ports and not their key, and sends to them all the time. To UDP ports: junk, datagrams
 * sealed with another key under counters that may be new, the first of them again and again, their beginnings, and the
 * longest that there are. To TCP ports, on which nobody listens any more: attempts to connect.
 *
 * <p>What the packets themselves cost is found by sending the same to a port at which nobody is.
 */
final class Stranger implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int LONGEST_DATAGRAM = 65_507;
    /** Of every so many datagrams one is of the longest, which cost some twenty times as much. */
    private static final int LONGEST_EVERY = 100;

    private final List<InetSocketAddress> targets;
    private final Route route;
    private final long betweenNanos;
    private final Random random = new Random(11);
    private final DatagramSeal seal = new DatagramSeal(new AttemptKey(new byte[32], 1), DatagramSeal.DATA, 0, 1);
    private final byte[] content = new byte[LONGEST_DATAGRAM - DatagramSeal.OVERHEAD_BYTES];
    private final byte[] first;
    private final Thread thread = new Thread(this::run, "stranger");
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean over;

    /** @param port to send to instead of the ranks', or 0 */
    Stranger(List<Advertisement> ranks, int perSecond, int port) {
        targets = ranks.stream()
                .map(rank -> new InetSocketAddress(rank.address(), port == 0 ? rank.port() : port))
                .toList();
        route = Route.parse(ranks.get(0).route());
        betweenNanos = NANOS_PER_SECOND / perSecond;
        random.nextBytes(content);
        first = new byte[1000];
        seal.seal(ByteBuffer.wrap(content, 0, first.length - DatagramSeal.OVERHEAD_BYTES))
                .get(first);
        thread.setDaemon(true);
        thread.start();
    }

    /** Packets so far. */
    long sent() {
        return sent.get();
    }

    private void run() {
        long next = System.nanoTime();
        try (DatagramChannel channel = DatagramChannel.open()) {
            while (!over) {
                InetSocketAddress target = targets.get(random.nextInt(targets.size()));
                if (route == Route.UDP) {
                    channel.send(datagram(), target);
                } else {
                    knock(target);
                }
                sent.incrementAndGet();
                next += betweenNanos;
                while (next > System.nanoTime()) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        } catch (IOException e) {
            System.out.println("the stranger gave up: " + e);
        }
    }

    private ByteBuffer datagram() {
        int bytes = sent.get() % LONGEST_EVERY == 0 ? content.length : 28 + random.nextInt(1400);
        return switch (random.nextInt(4)) {
            case 0 -> ByteBuffer.wrap(content, 0, bytes);
            case 1 -> seal.seal(ByteBuffer.wrap(content, 0, bytes));
            case 2 -> ByteBuffer.wrap(first);
            default -> ByteBuffer.wrap(first, 0, random.nextInt(first.length));
        };
    }

    private static void knock(InetSocketAddress target) {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.configureBlocking(false);
            channel.connect(target);
        } catch (IOException e) {
            return; // refused, as it should be
        }
    }

    @Override
    public void close() {
        over = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
