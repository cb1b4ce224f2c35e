package io.lockstep.networks.dl4j;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.networks.ExampleLayout;
import io.lockstep.networks.InputFeed;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Where one input's examples lie while DL4J reads them: allocated once, for the largest batch, outside of any workspace. */
final class FeatureArray {
    private final InputFeed feed;
    private final int largestBatch;
    private final INDArray features;
    private final INDArray mask; // (largestBatch, steps), or null
    private final FloatBuffer memory;

    FeatureArray(InputFeed feed, int largestBatch) {
        this.feed = feed;
        this.largestBatch = largestBatch;
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            features = Nd4j.create(DataType.FLOAT, feed.layout().ofBatch(largestBatch), 'c');
            mask = feed.mask() == null
                    ? null
                    : Nd4j.create(
                            DataType.FLOAT,
                            new long[] {largestBatch, feed.layout().places()},
                            'c');
        }
        memory = HostMemory.of(features).asFloatBuffer();
    }

    /** The batch's examples, valid until the next call. */
    INDArray of(Batch batch) {
        ExampleLayout layout = feed.layout();
        FloatBuffer from = batch.column(feed.column()).floats();
        long expected = (long) batch.size() * layout.elements();
        if (batch.size() > largestBatch || from.limit() != expected) {
            throw new IllegalArgumentException("a batch of " + batch.size() + " examples with " + from.limit()
                    + " numbers in the column '" + feed.column() + "'; input '" + feed.input() + "' takes at most "
                    + largestBatch + " examples of " + layout.elements());
        }
        if (feed.asItLies()) {
            memory.put(0, from, 0, from.limit());
        } else {
            turn(from, batch.size());
        }
        HostMemory.written(features);
        return first(features, batch.size());
    }

    /** From (N, T, F), in which an example's steps or pixels follow one another, to DL4J's (N, F, T). */
    private void turn(FloatBuffer from, int examples) {
        ExampleLayout layout = feed.layout();
        for (int n = 0; n < examples; n++) {
            int example = n * layout.elements();
            for (int place = 0; place < layout.places(); place++) {
                for (int f = 0; f < layout.channels(); f++) {
                    memory.put(example + layout.at(place, f), from.get(example + place * layout.channels() + f));
                }
            }
        }
    }

    /** Which steps are there, or null for all. */
    INDArray mask(Batch batch) {
        if (mask == null) {
            return null;
        }
        int steps = feed.layout().places();
        Column column = batch.column(feed.mask());
        if (column.elements() != steps) {
            throw new IllegalArgumentException("column '" + feed.mask() + "' masks " + column.elements()
                    + " steps of an example, which has " + steps);
        }
        FloatBuffer from = column.floats();
        for (int i = 1; feed.maskedAtEnd() && i < from.limit(); i++) {
            if (i % steps > 0 && from.get(i) > from.get(i - 1)) {
                throw new IllegalArgumentException(
                        "column '" + feed.mask() + "' masks a step before one that is there, in"
                                + " example " + i / steps
                                + "; DL4J's LSTM computes a right gradient only where the masked steps"
                                + " are the last ones");
            }
        }
        HostMemory.of(mask).asFloatBuffer().put(0, from, 0, from.limit());
        HostMemory.written(mask);
        return first(mask, batch.size());
    }

    private INDArray first(INDArray array, int examples) {
        return examples == largestBatch ? array : array.get(NDArrayIndex.interval(0, examples));
    }
}
