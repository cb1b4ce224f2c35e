package io.lockstep.engine.cpu.program;

import io.lockstep.engine.cpu.onednn.Lane;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens between two meetings of the lanes: tasks, a few examples at a time; then tasks on a lane's whole share;
 * then, when all lanes are there, joint work.
 */
final class Segment {
    /** One lane's part of an L2 cache, about: inputs and outputs of a task on a chunk should fit. */
    private static final long CHUNK_BYTES = 512 * 1024;

    /** What a larger chunk that a task asks for may take: a lane's part of the last cache. */
    private static final long LARGE_CHUNK_BYTES = 8 << 20;

    /**
     * @param bytes of the tensors that it reads and writes, for a whole batch
     */
    record NamedTask<W>(String name, W work, long bytes) {}

    final List<NamedTask<ExampleTask>> chunked = new ArrayList<>();
    final List<NamedTask<ExampleTask>> shared = new ArrayList<>();
    final List<NamedTask<Joint>> joints = new ArrayList<>();
    private long exampleBytes = 1;
    private int fewest = 1;
    boolean whole;
    /** From which element on gradients are final after this segment; -1 for no news. */
    long watermark = -1;

    /** Nanoseconds by task (chunked, then shared, then joint) and lane; null while nobody asks. */
    long[][] nanos;

    void profile(int lanes) {
        nanos = new long[parts().size()][lanes];
    }

    /** In the order of {@link #nanos}. */
    List<NamedTask<?>> parts() {
        List<NamedTask<?>> all = new ArrayList<>(chunked);
        all.addAll(shared);
        all.addAll(joints);
        return all;
    }

    boolean isEmpty() {
        return chunked.isEmpty() && shared.isEmpty() && joints.isEmpty();
    }

    void run(Lane lane) {
        int chunk = chunk(lane.to() - lane.from());
        for (int first = lane.from(); first < lane.to(); first += chunk) {
            int end = Math.min(first + chunk, lane.to());
            for (int i = 0; i < chunked.size(); i++) {
                long start = nanos == null ? 0 : System.nanoTime();
                chunked.get(i).work().run(lane, first, end);
                count(i, lane, start);
            }
        }
        for (int i = 0; i < shared.size() && lane.from() < lane.to(); i++) {
            long start = nanos == null ? 0 : System.nanoTime();
            shared.get(i).work().run(lane, lane.from(), lane.to());
            count(chunked.size() + i, lane, start);
        }
    }

    void runJoints(Lane lane, int lanes, int examples) {
        for (int i = 0; i < joints.size(); i++) {
            long start = nanos == null ? 0 : System.nanoTime();
            joints.get(i).work().run(lane, lanes, examples);
            count(chunked.size() + shared.size() + i, lane, start);
        }
    }

    private void count(int task, Lane lane, long start) {
        if (nanos != null) {
            nanos[task][lane.index()] += System.nanoTime() - start;
        }
    }

    void needs(long bytesOfAnExample) {
        exampleBytes = Math.max(exampleBytes, bytesOfAnExample);
    }

    /** Whether all that is here may run on so many examples at a time. */
    boolean holds(int examples) {
        return examples * exampleBytes <= LARGE_CHUNK_BYTES;
    }

    void takes(int examples) {
        fewest = Math.max(fewest, examples);
    }

    int chunk(int share) {
        if (whole) {
            return Math.max(1, share);
        }
        return (int) Math.max(1, Math.min(share, Math.max(fewest, CHUNK_BYTES / exampleBytes)));
    }
}
