package io.lockstep.collectives.group;

import io.lockstep.collectives.ProcessGroup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A thread a rank, which do the same on their groups. */
public final class World implements AutoCloseable {
    /** What only a hang reaches: a deadline that is not what a test is about. */
    public static final Duration PATIENCE = Duration.ofMinutes(10);

    /** What one rank does. */
    @FunctionalInterface
    public interface RankAction<T> {
        T run(ProcessGroup group) throws Exception;
    }

    /** What one rank does without a result. */
    @FunctionalInterface
    public interface RankTask {
        void run(ProcessGroup group) throws Exception;
    }

    private final List<ProcessGroup> groups;
    private final ExecutorService threads;

    public World(List<ProcessGroup> groups) {
        this.groups = groups;
        this.threads = Executors.newFixedThreadPool(groups.size());
    }

    public static World inProcess(int worldSize) {
        return inProcess(worldSize, PATIENCE);
    }

    public static World inProcess(int worldSize, Duration deadline) {
        return new World(ProcessGroups.inProcess(worldSize, deadline));
    }

    public List<ProcessGroup> groups() {
        return groups;
    }

    /** Starts the action on one rank. */
    public <T> Future<T> start(int rank, RankAction<T> action) {
        return threads.submit(() -> action.run(groups.get(rank)));
    }

    /** Runs the action on all ranks; the first failure ends it. */
    public <T> List<T> call(RankAction<T> action) {
        List<Future<T>> futures = new ArrayList<>();
        for (int rank = 0; rank < groups.size(); rank++) {
            futures.add(start(rank, action));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(get(future));
        }
        return results;
    }

    public static <T> List<T> all(List<Future<T>> futures) {
        return futures.stream().map(World::get).toList();
    }

    public void run(RankTask task) {
        call(group -> {
            task.run(group);
            return group.rank();
        });
    }

    public static <T> T get(Future<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException("a rank hangs", e);
        }
    }

    public static ByteBuffer floats(int count) {
        return ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    public static ByteBuffer floats(float... values) {
        ByteBuffer buffer = floats(values.length);
        for (int i = 0; i < values.length; i++) {
            buffer.putFloat(i * Float.BYTES, values[i]);
        }
        return buffer;
    }

    @Override
    public void close() {
        groups.forEach(ProcessGroup::close);
        threads.shutdownNow();
    }
}
