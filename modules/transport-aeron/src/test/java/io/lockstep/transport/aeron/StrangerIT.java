package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.group.World;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.security.DatagramSeal;
import io.lockstep.collectives.transport.Advertisement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Somebody without the key sends to the ranks' ports while they work. */
class StrangerIT {
    private static final int LENGTH = 50_000;
    private static final long BETWEEN_DATAGRAMS_NANOS = 100_000;

    private final ConcurrentHashMap<Integer, Integer> ports = new ConcurrentHashMap<>();

    private List<ProcessGroup> form() {
        TransportOptions udp = TransportOptions.defaults().withIntraHost(Route.UDP);
        return LocalRendezvous.form(
                2,
                GroupOptions.Security.ON,
                (options, rendezvous) -> ProcessGroups.open(
                        options,
                        mine -> {
                            ports.put(
                                    options.rank(),
                                    Advertisement.parse(options.rank(), mine).port());
                            return rendezvous.exchange(mine);
                        },
                        udp));
    }

    @Test
    void junkReplayedFlippedAndOversizedDatagramsChangeNothingAndGetNoAnswer() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        AtomicLong answers = new AtomicLong();
        try (World world = new World(form())) {
            Thread stranger = new Thread(() -> flood(over, sent, answers), "stranger");
            stranger.start();
            try {
                while (sent.get() < 5000) {
                    world.run(group -> {
                        ByteBuffer vector = World.floats(LENGTH);
                        for (int i = 0; i < LENGTH; i++) {
                            vector.putFloat(i * Float.BYTES, i % 100 + group.rank());
                        }
                        group.allReduce(vector, Reduction.SUM).await();
                        for (int i = 0; i < LENGTH; i++) {
                            if (vector.getFloat(i * Float.BYTES) != 2 * (i % 100) + 1) {
                                throw new AssertionError("element " + i);
                            }
                        }
                    });
                }
            } finally {
                over.set(true);
                stranger.join();
            }
        }
        assertThat(sent.get()).isGreaterThanOrEqualTo(5000);
        assertThat(answers.get()).isZero();
    }

    private void flood(AtomicBoolean over, AtomicLong sent, AtomicLong answers) {
        Random random = new Random(11);
        byte[] secret = new byte[32];
        new Random(2).nextBytes(secret); // the group's own, so that only replay protection is left
        AttemptKey key = new AttemptKey(secret, 3);
        ByteBuffer inbox = ByteBuffer.allocate(65_536);
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.bind(new InetSocketAddress("127.0.0.1", 0));
            channel.configureBlocking(false);
            while (!over.get()) {
                int rank = random.nextInt(2);
                DatagramSeal old = new DatagramSeal(key, DatagramSeal.DATA, 1 - rank, rank);
                byte[] content = new byte[random.nextInt(4) == 0 ? 60_000 : random.nextInt(1400)];
                random.nextBytes(content);
                ByteBuffer datagram =
                        switch (random.nextInt(3)) {
                            case 0 -> ByteBuffer.wrap(content);
                            case 1 -> old.seal(ByteBuffer.wrap(content)); // counter 1 was used long ago
                            default -> flipped(old.seal(ByteBuffer.wrap(content)), random);
                        };
                channel.send(datagram, new InetSocketAddress("127.0.0.1", ports.get(rank)));
                sent.incrementAndGet();
                inbox.clear();
                if (channel.receive(inbox) != null) {
                    answers.incrementAndGet();
                }
                LockSupport.parkNanos(BETWEEN_DATAGRAMS_NANOS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer flipped(ByteBuffer sealed, Random random) {
        sealed.putLong(4, 1_000_000 + random.nextInt(1_000_000)); // a counter that may be new
        return sealed;
    }

    @Test
    void aRankWithAnotherKeyDoesNotGetIn() {
        for (Route route : Route.values()) {
            TransportOptions transport = TransportOptions.defaults().withIntraHost(route);
            // seen at once in shared memory; a network's strangers are not heard, and missed
            Duration deadline = route == Route.SHARED_MEMORY ? World.PATIENCE : Duration.ofSeconds(2);
            assertThatThrownBy(() ->
                            LocalRendezvous.form(2, deadline, GroupOptions.Security.ON, (options, rendezvous) -> {
                                byte[] key = options.key().clone();
                                key[0] ^= (byte) options.rank();
                                GroupOptions other = new GroupOptions(
                                        options.rank(),
                                        2,
                                        3,
                                        key,
                                        options.bindAddress(),
                                        options.deadline(),
                                        options.security());
                                return ProcessGroups.open(other, rendezvous, transport);
                            }))
                    .hasMessageMatching(
                            route == Route.SHARED_MEMORY ? ".*does not know the key.*" : ".*lost rank.*key.*");
        }
    }
}
