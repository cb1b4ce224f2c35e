package io.lockstep.engine.cpu.program;

import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.Lanes;
import io.lockstep.engine.cpu.program.Segment.NamedTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/**
 * Segments in order, and the tensors they use. It is built task by task, laid out in memory, prepared on a lane, and then run by
 * all lanes at the same time, as often as there are passes.
 */
public final class Program {
    private final List<Segment> segments = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private final int capacity;
    private final List<Deferred> deferred = new ArrayList<>();
    private Segment current;

    /** @param whenPlaced told the index of the segment */
    private record Deferred(String name, Joint joint, IntConsumer whenPlaced, Tensor[] uses) {}

    public Program(int capacity) {
        this.capacity = capacity;
        newSegment();
    }

    /** A tensor of float32 for each example. */
    public Tensor tensor(String name, long elements) {
        return bytes(name, elements * Float.BYTES);
    }

    public Tensor bytes(String name, long exampleBytes) {
        return add(new Tensor(name, exampleBytes, exampleBytes * capacity));
    }

    public Tensor fixed(String name, long bytes) {
        return add(new Tensor(name, 0, bytes));
    }

    private Tensor add(Tensor tensor) {
        tensors.add(tensor);
        return tensor;
    }

    /** The next task sees what all lanes have done. */
    public void newSegment() {
        placeDeferred();
        if (current != null && current.isEmpty()) {
            return;
        }
        current = new Segment();
        segments.add(current);
    }

    /** A task that may run on a few examples at a time, after those before it. */
    public void chunked(String name, ExampleTask task, Tensor... uses) {
        if (!current.joints.isEmpty()) {
            newSegment();
        }
        current.chunked.add(new NamedTask<>(name, task, bytes(uses)));
        long bytes = 0;
        for (Tensor tensor : uses) {
            bytes += tensor.exampleBytes();
        }
        current.needs(bytes);
        use(uses);
    }

    /**
     * A task that runs on a few examples at a time, but on at least so many where there are.
     *
     * @param fewest examples; where those before it would leave the cache with so many, the task starts a segment
     */
    public void chunkedBy(int fewest, String name, ExampleTask task, Tensor... uses) {
        if (!current.holds(fewest)) {
            newSegment();
        }
        chunked(name, task, uses);
        current.takes(fewest);
    }

    /** Memory that the last task has for itself, and leaves to others after it. */
    public void scratch(Tensor tensor) {
        use(tensor);
    }

    /** A task that wants all of a lane's examples at once; alone in its segment. */
    public void whole(String name, ExampleTask task, Tensor... uses) {
        newSegment();
        chunked(name, task, uses);
        current.whole = true;
        newSegment();
    }

    /** A task on all of a lane's examples that nothing but joint work waits for. */
    public void shared(String name, ExampleTask task, Tensor... uses) {
        if (!current.joints.isEmpty()) {
            newSegment();
        }
        current.shared.add(new NamedTask<>(name, task, bytes(uses)));
        use(uses);
    }

    public void joint(String name, Joint joint, Tensor... uses) {
        placeDeferred();
        place(name, joint, uses);
    }

    /** Joint work that nothing in the program waits for: it runs together with the next joint work. */
    public void jointLater(String name, Joint joint, IntConsumer whenPlaced, Tensor... uses) {
        deferred.add(new Deferred(name, joint, whenPlaced, uses));
    }

    public boolean hasDeferred() {
        return !deferred.isEmpty();
    }

    private void placeDeferred() {
        for (Deferred each : deferred) {
            place(each.name(), each.joint(), each.uses());
            each.whenPlaced().accept(currentSegment());
        }
        deferred.clear();
    }

    private void place(String name, Joint joint, Tensor... uses) {
        current.joints.add(new NamedTask<>(name, joint, bytes(uses)));
        use(uses);
    }

    private static long bytes(Tensor... uses) {
        return Arrays.stream(uses).mapToLong(Tensor::bytes).sum();
    }

    private void use(Tensor... uses) {
        for (Tensor tensor : uses) {
            tensor.usedIn(segments.size() - 1);
        }
    }

    public int currentSegment() {
        return segments.size() - 1;
    }

    /** After this segment gradients are final from this element on. */
    public void announceAfter(int segment, long watermark) {
        segments.get(segment).watermark = watermark;
    }

    // ------------------------------------------------------------------ made ready

    /**
     * Gives each tensor its place; no task is added any more.
     *
     * @return bytes of memory that it needs
     */
    public long layOut() {
        return MemoryPlan.place(tensors);
    }

    /** @param memory address of what {@link #layOut} asked for */
    public void lieAt(long memory) {
        for (Tensor tensor : tensors) {
            tensor.placeAt(memory + tensor.offset);
        }
    }

    /**
     * On a lane: what oneDNN does not have is told here, before the first pass.
     *
     * @param share the largest number of examples that a lane gets
     */
    public void prepare(int share) {
        for (Segment segment : segments) {
            segment.chunked.forEach(part -> part.work().prepare(segment.chunk(share)));
            segment.shared.forEach(part -> part.work().prepare(share));
        }
    }

    // ------------------------------------------------------------------ run

    /**
     * One lane's part of a pass; returns when all lanes have done theirs.
     *
     * @param announcements told, by one lane, from which element on gradients are final
     */
    public void run(Lane lane, Lanes lanes, int examples, LongConsumer announcements) {
        lane.take(lanes.count(), examples);
        for (Segment segment : segments) {
            segment.run(lane);
            lanes.meet();
            if (!segment.joints.isEmpty()) {
                segment.runJoints(lane, lanes.count(), examples);
                lanes.meet();
            }
            if (lane.index() == 0 && segment.watermark >= 0) {
                announcements.accept(segment.watermark);
            }
        }
    }

    /**
     * Time that a task took, all lanes together.
     *
     * @param bytes of the tensors that it reads and writes, for a whole batch
     */
    public record Timing(String name, long nanos, long bytes) {}

    /** From the next pass on; anew if it is running. */
    public void startTiming(int lanes) {
        segments.forEach(segment -> segment.profile(lanes));
    }

    public List<Timing> timings() {
        List<Timing> timings = new ArrayList<>();
        for (Segment segment : segments) {
            List<NamedTask<?>> parts = segment.parts();
            for (int i = 0; i < parts.size(); i++) {
                NamedTask<?> part = parts.get(i);
                timings.add(
                        new Timing(part.name(), Arrays.stream(segment.nanos[i]).sum(), part.bytes()));
            }
        }
        return timings;
    }
}
