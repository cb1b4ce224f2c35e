package io.lockstep.collectives;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.lockstep.collectives.group.World;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Counts what a world's threads allocate on the heap in prepared calls. */
public final class AllocationMeter {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int[] LENGTHS = {1, 1000, 65_537};
    private static final int ROUNDS = 200;
    /** Of the worlds that are measured. */
    private static final int RANKS = 2;

    private static final int SMALLEST_OBJECT = 16;
    /** Until compiled, vectors are objects; it takes some thousands of calls, and a compiler that gets to run. */
    private static final int BATCHES = 60;

    private static final Duration TIME_TO_COMPILE = Duration.ofMinutes(2);

    private AllocationMeter() {}

    /** One prepared call of every kind, of every length. */
    private static List<PreparedWork> prepare(ProcessGroup group) {
        return Arrays.stream(LENGTHS)
                .mapToObj(length -> {
                    ByteBuffer vector = World.floats(length);
                    return List.of(
                            group.prepareAllReduce(vector, Reduction.SUM, WireType.FLOAT32),
                            group.prepareAllReduce(vector, Reduction.MAX, WireType.FLOAT32),
                            group.prepareReduceScatter(vector, Reduction.SUM),
                            group.prepareAllGather(vector),
                            group.prepareReduce(vector, Reduction.SUM, 0),
                            group.prepareBroadcast(vector, 0));
                })
                .flatMap(List::stream)
                .toList();
    }

    /**
     * Bytes a round of all 18 calls allocates on all ranks together, once compiled: the least of many batches, or the
     * first that is little enough.
     */
    public static long bytesPerRound(World world, long enough) {
        List<List<PreparedWork>> works = world.call(AllocationMeter::prepare);
        long least = Long.MAX_VALUE;
        long start = System.nanoTime();
        for (int batch = 0;
                least > enough && (batch < BATCHES || System.nanoTime() - start < TIME_TO_COMPILE.toNanos());
                batch++) {
            List<Long> callers = world.call(group -> run(works.get(group.rank())));
            long communication = communicationThreads();
            callers = world.call(group -> run(works.get(group.rank())));
            communication = communicationThreads() - communication;
            long all =
                    communication + callers.stream().mapToLong(Long::longValue).sum();
            least = Math.min(least, all / ROUNDS);
        }
        return least;
    }

    /** What this thread allocates in many rounds. */
    private static long run(List<PreparedWork> works) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < works.size(); i++) {
                works.get(i).start().await();
            }
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static long communicationThreads() {
        long bytes = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("lockstep-rank-")) {
                bytes += THREADS.getThreadAllocatedBytes(thread.getId());
            }
        }
        return bytes;
    }

    /** That no kind of call allocates so much as an object: code that is compiled anew may allocate a few bytes a round. */
    public static void assertPreparedCallsAllocateNothing(World world) {
        long objectInOneKind = (long) LENGTHS.length * RANKS * SMALLEST_OBJECT;
        assertThat(bytesPerRound(world, objectInOneKind - 1))
                .as("bytes allocated by a round of 18 calls")
                .isLessThan(objectInOneKind);
    }
}
