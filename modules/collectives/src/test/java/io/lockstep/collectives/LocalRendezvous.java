package io.lockstep.collectives;

import io.lockstep.collectives.group.World;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A rendezvous of threads. */
public final class LocalRendezvous {
    private final String[] contributions;
    private final CyclicBarrier all;

    public LocalRendezvous(int worldSize) {
        contributions = new String[worldSize];
        all = new CyclicBarrier(worldSize);
    }

    public Rendezvous of(int rank) {
        return mine -> {
            try {
                contributions[rank] = mine;
                all.await(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                List<String> gathered = List.of(contributions.clone());
                all.await(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                return gathered;
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException("the rendezvous broke", e);
            }
        };
    }

    /** Forms a group of one rank. */
    @FunctionalInterface
    public interface Opener {
        ProcessGroup open(GroupOptions options, Rendezvous rendezvous);
    }

    /** Forms a group of that many ranks on 127.0.0.1, a thread each. */
    public static List<ProcessGroup> form(int worldSize, GroupOptions.Security security, Opener opener) {
        return form(worldSize, World.PATIENCE, security, opener);
    }

    /** Forms a group whose deadline is what a test is about. */
    public static List<ProcessGroup> form(
            int worldSize, Duration deadline, GroupOptions.Security security, Opener opener) {
        LocalRendezvous rendezvous = new LocalRendezvous(worldSize);
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key); // afresh for each group: over UDP two at a time may not have the same
        ExecutorService threads = Executors.newFixedThreadPool(worldSize);
        try {
            List<Future<ProcessGroup>> opening = new ArrayList<>();
            for (int rank = 0; rank < worldSize; rank++) {
                GroupOptions options = new GroupOptions(rank, worldSize, 3, key, "127.0.0.1", deadline, security);
                Rendezvous mine = rendezvous.of(rank);
                opening.add(threads.submit(() -> opener.open(options, mine)));
            }
            List<ProcessGroup> groups = new ArrayList<>();
            for (Future<ProcessGroup> future : opening) {
                groups.add(World.get(future));
            }
            return groups;
        } finally {
            threads.shutdown();
        }
    }
}
