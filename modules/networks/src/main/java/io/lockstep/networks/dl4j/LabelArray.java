package io.lockstep.networks.dl4j;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.networks.ClassLabels;
import io.lockstep.networks.ExampleLayout;
import io.lockstep.networks.LabelKind;
import io.lockstep.networks.OutputFeed;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where the labels of one output lie while DL4J reads them: allocated once, for the largest batch, outside of any workspace.
 * Classes become what the output's loss wants to be told of them; values are copied.
 */
final class LabelArray {
    private final OutputFeed feed;
    private final int largestBatch;
    private final int classes;
    private final int columns;
    private final int places;
    private final ExampleLayout layout; // of the labels, with the columns as channels
    private final INDArray labels;
    private final INDArray mask; // or null: all labels count
    private final FloatBuffer memory;
    private final FloatBuffer maskMemory;
    /** Whether each batch has a mask. Examples are masked only where one has no label: DL4J is faster without. */
    private final boolean alwaysMasked;

    private boolean unlabelled; // whether an example of the last batch is

    LabelArray(OutputFeed feed, int largestBatch) {
        this.feed = feed;
        this.largestBatch = largestBatch;
        classes = feed.layout().channels();
        columns = feed.columns();
        places = feed.layout().places();
        layout = feed.layout().withChannels(columns);
        boolean masked = feed.mask() != null || feed.kind() == LabelKind.CLASSES;
        alwaysMasked = feed.mask() != null || places > 1;
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            labels = Nd4j.create(DataType.FLOAT, layout.ofBatch(largestBatch), 'c');
            mask = masked ? Nd4j.create(DataType.FLOAT, maskShape(), 'c') : null;
        }
        memory = HostMemory.of(labels).asFloatBuffer();
        maskMemory = masked ? HostMemory.of(mask).asFloatBuffer() : null;
    }

    /** DL4J has (N, 1) of vectors, (N, T) of steps, (N, H, W) of pixels, and a channel of its own for voxels. */
    private long[] maskShape() {
        int dimensions = layout.shape().size();
        if (dimensions <= 2) {
            return new long[] {largestBatch, places};
        } else if (dimensions == 3) {
            int rows = layout.channelsFirst() ? 1 : 0;
            return new long[] {
                largestBatch, layout.shape().get(rows), layout.shape().get(rows + 1)
            };
        }
        return layout.withChannels(1).ofBatch(largestBatch);
    }

    OutputFeed feed() {
        return feed;
    }

    /** Of the batch that labels were asked for last; null where all labels count. */
    INDArray mask(Batch batch) {
        return mask == null || !alwaysMasked && !unlabelled ? null : first(mask, batch.size());
    }

    /**
     * What the loss reads, valid until the next call.
     *
     * @param share of label smoothing: q(c) = (1 - s) [c = label] + s / classes (Szegedy et al. 2016, section 7). A single
     *     sigmoid output stands for two classes.
     * @throws UnsupportedOperationException for label smoothing or mixed labels with a loss that reads no probabilities
     */
    INDArray of(Batch batch, double share) {
        if (feed.kind() == LabelKind.VALUES) {
            values(batch, share);
        } else {
            classes(batch, share);
        }
        if (feed.mask() != null) {
            maskBy(batch);
        }
        HostMemory.written(labels);
        if (mask != null) {
            HostMemory.written(mask);
        }
        return first(labels, batch.size());
    }

    private void values(Batch batch, double share) {
        requireHeeded(feed, share > 0, batch.has(Batch.MIXED_LABELS));
        FloatBuffer from = batch.column(feed.column()).floats();
        requireCount(batch, from.limit(), layout.elements());
        for (int n = 0; n < batch.size(); n++) {
            int example = n * layout.elements();
            for (int place = 0; place < places; place++) {
                for (int c = 0; c < columns; c++) {
                    memory.put(example + layout.at(place, c), from.get(example + place * columns + c));
                }
            }
        }
        for (int i = 0; mask != null && i < batch.size() * places; i++) {
            maskMemory.put(i, 1);
        }
    }

    private void classes(Batch batch, double share) {
        IntBuffer from = batch.column(feed.column()).ints();
        requireCount(batch, from.limit(), places);
        boolean mixed = batch.has(Batch.MIXED_LABELS);
        requireHeeded(feed, share > 0, mixed);
        ClassLabels told = feed.told();
        float off = told == ClassLabels.SIGNS ? -1 : (float) (share / Math.max(classes, 2));
        float on = told == ClassLabels.SIGNS ? 1 : (float) (1 - share) + off;
        unlabelled = false;
        for (int i = 0; i < batch.size() * places; i++) {
            int label = from.get(i);
            boolean none = label == SoftmaxCrossEntropy.NO_LABEL;
            if (!none && (label < 0 || label >= Math.max(classes, 2))) {
                throw new IllegalArgumentException("label " + label + " of example " + i / places
                        + ", where the network tells " + classes + " classes apart");
            }
            unlabelled |= none;
            maskMemory.put(i, none ? 0 : 1);
            int example = i / places * layout.elements();
            int place = i % places;
            if (told == ClassLabels.NUMBERS) {
                memory.put(example + layout.at(place, 0), none ? 0 : label);
                continue;
            }
            for (int c = 0; c < classes; c++) {
                memory.put(example + layout.at(place, c), (classes == 1 ? label == 1 : label == c) ? on : off);
            }
            if (mixed && !none) {
                mixInto(
                        example,
                        batch.column(Batch.MIXED_LABELS).ints().get(i),
                        batch.column(Batch.MIXED_SHARES).floats().get(i));
            }
        }
    }

    private void requireCount(Batch batch, int count, int each) {
        if (batch.size() > largestBatch || count != batch.size() * each) {
            throw new IllegalArgumentException(count + " labels in the column '" + feed.column() + "', where "
                    + batch.size() + " examples have " + batch.size() * each + " for output '" + feed.output() + "'");
        }
    }

    private void maskBy(Batch batch) {
        FloatBuffer told = batch.column(feed.mask()).floats();
        if (told.limit() != batch.size() * places) {
            throw new IllegalArgumentException("column '" + feed.mask() + "' masks " + told.limit()
                    + " labels, where a batch of " + batch.size() + " has " + batch.size() * places);
        }
        for (int i = 0; i < told.limit(); i++) {
            maskMemory.put(i, maskMemory.get(i) * told.get(i));
        }
    }

    /** @throws UnsupportedOperationException naming the setting that the output cannot heed */
    static void requireHeeded(OutputFeed feed, boolean smoothed, boolean mixed) {
        boolean classes = feed.kind() == LabelKind.CLASSES;
        boolean probabilities = classes && feed.told() == ClassLabels.PROBABILITIES;
        if (smoothed && !probabilities) {
            throw new UnsupportedOperationException(
                    "label smoothing is for losses that DL4J gives probabilities; leave label-smoothing = 0");
        }
        boolean oneOfSeveral =
                feed.layout().channels() > 1 && feed.layout().shape().size() == 1;
        if (mixed && !(oneOfSeveral && probabilities)) {
            throw new UnsupportedOperationException(
                    "mixup is for networks that choose one of several classes; leave mixup = 0");
        }
    }

    /** Moves a share of what the label has above the others to another one; pictures only. */
    private void mixInto(int at, int other, float share) {
        float most = 0;
        float least = 1;
        int own = 0;
        for (int c = 0; c < classes; c++) {
            float probability = memory.get(at + c);
            own = probability > most ? c : own;
            most = Math.max(most, probability);
            least = Math.min(least, probability);
        }
        float moved = share * (most - least);
        memory.put(at + own, memory.get(at + own) - moved);
        memory.put(at + other, memory.get(at + other) + moved);
    }

    private INDArray first(INDArray array, int examples) {
        return examples == largestBatch ? array : array.get(NDArrayIndex.interval(0, examples));
    }
}
