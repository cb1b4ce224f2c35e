package io.lockstep.collectives.group;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.sharedmemory.SharedMemory;
import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes process groups: of one rank, of ranks that are threads, and of ranks that are processes on one host or many, which go
 * by shared memory within a host and by TCP, or what else is on the class path, between hosts.
 */
public final class ProcessGroups {
    private static final int NONCE_BYTES = 16;

    private ProcessGroups() {}

    /** A world of one rank: every collective is done at once. */
    public static ProcessGroup solo(Duration deadline) {
        return new SoloProcessGroup(deadline);
    }

    /**
     * One group a rank, for ranks that are threads of this JVM, by rank. Each is used and closed by its own thread.
     *
     * <pre>{@code
     * List<ProcessGroup> groups = ProcessGroups.inProcess(2, Duration.ofSeconds(10));
     * groups.get(0).barrier();   // in a single thread: the deadline passes
     * }</pre>
     */
    public static List<ProcessGroup> inProcess(int worldSize, Duration deadline) {
        return inProcess(worldSize, deadline, Tuning.defaults());
    }

    public static List<ProcessGroup> inProcess(int worldSize, Duration deadline, Tuning tuning) {
        if (worldSize == 1) {
            return List.of(solo(deadline));
        }
        List<ProcessGroup> groups = new ArrayList<>();
        for (Transport transport : InProcessTransport.create(worldSize)) {
            groups.add(over(transport, 0, 0, deadline, tuning));
        }
        return List.copyOf(groups);
    }

    /** The other ranks are other processes; with {@link TransportOptions#defaults}. */
    public static ProcessGroup open(GroupOptions options, Rendezvous rendezvous) {
        return open(options, rendezvous, TransportOptions.defaults());
    }

    /**
     * Forms a group with the other ranks of the attempt; all of them call this at the same time. The rendezvous is used
     * once. A world of one rank opens nothing and meets nobody.
     *
     * <pre>{@code
     * try (ProcessGroup group = ProcessGroups.open(options, rendezvous)) {
     *     group.allReduce(gradient, Reduction.SUM).await();
     * }
     * }</pre>
     *
     * @throws io.lockstep.collectives.PeerLostException when a rank does not come within the deadline
     * @throws SecurityException when a rank does not know the key
     */
    public static ProcessGroup open(GroupOptions options, Rendezvous rendezvous, TransportOptions transport) {
        if (options.worldSize() == 1) {
            return solo(options.deadline());
        }
        AttemptKey key = new AttemptKey(options.key(), options.attempt());
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        Geometry geometry = Geometry.of(options.worldSize());
        Opening opened = new Opening(options, transport, geometry, key);
        try {
            Advertisement mine = opened.advertise(nonce);
            List<Advertisement> ranks = new ArrayList<>();
            for (String text : rendezvous.exchange(mine.encode())) {
                ranks.add(Advertisement.parse(ranks.size(), text));
            }
            if (ranks.size() != options.worldSize()) {
                throw new IllegalStateException(
                        "the rendezvous returned " + ranks.size() + " ranks instead of " + options.worldSize());
            }
            Transport joined = opened.join(ranks);
            int group = ByteBuffer.wrap(ranks.get(0).nonce()).getInt();
            return form(joined, options.attempt(), group, options.deadline(), transport.tuning());
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        } finally {
            key.destroy();
        }
    }

    /**
     * Tells before anything is started, by whoever starts the ranks of a host, whether the host has what they need.
     *
     * @throws IllegalStateException when not, with the remedy
     */
    public static void requireRoom(TransportOptions transport, int worldSize, int ranksOnHost) {
        if (transport.intraHost() == Route.SHARED_MEMORY && ranksOnHost > 1) {
            SharedMemory.requireRoom(transport.directory(), worldSize, ranksOnHost);
        }
    }

    /**
     * A group over a transport, which it owns from now on.
     *
     * @param attempt fencing epoch, and
     * @param group number of the group within it; frames of others are dropped
     */
    public static ProcessGroup over(Transport transport, int attempt, int group, Duration deadline, Tuning tuning) {
        return new TransportProcessGroup(transport, attempt, group, deadline, tuning);
    }

    /**
     * The same, and where the tuning has no costs a short probe of the links. All ranks call it at the same time; in one
     * thread after another it would wait for ever.
     */
    public static ProcessGroup form(Transport transport, int attempt, int group, Duration deadline, Tuning tuning) {
        TransportProcessGroup result = new TransportProcessGroup(transport, attempt, group, deadline, tuning);
        try {
            if (tuning.costs().isEmpty()) {
                result.calibrate();
            }
            return result;
        } catch (RuntimeException e) {
            result.close();
            throw e;
        }
    }
}
