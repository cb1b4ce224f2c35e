package io.lockstep.networks;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where a batch lies while the network reads it: allocated once for the largest batch, outside of any workspace; a
 * shorter batch is a view of its first examples.
 */
final class InputArrays {
    private final int largestBatch;
    private final int featureSize;
    private final int classes;
    private final ClassLabels kind;
    private final int columns; // of a label
    private final int steps;
    private final int stepsOfFeatures; // that DL4J wants last
    private final boolean stepwise; // also where there is one step
    private final double smoothing;
    private final INDArray features; // (largestBatch, C, H, W), (largestBatch, H, W, C) or (largestBatch, features)
    private final INDArray labels; // (largestBatch, columns), or (largestBatch, columns, steps)
    private final INDArray mask; // (largestBatch, steps)
    private final FloatBuffer featureMemory;
    private final FloatBuffer labelMemory;
    private final FloatBuffer maskMemory;

    /** @param steps labels of an example, where the output is of each step; otherwise 1 */
    InputArrays(NetworkDefinition definition, int steps, int largestBatch, double smoothing) {
        if (largestBatch < 1) {
            throw new IllegalArgumentException("largestBatch must be positive, not " + largestBatch);
        }
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("label smoothing must be in [0, 1), not " + smoothing);
        }
        this.largestBatch = largestBatch;
        this.featureSize = definition.featureSize();
        this.classes = definition.classes();
        this.kind = definition.labels();
        this.columns = kind == ClassLabels.NUMBERS ? 1 : classes;
        this.steps = steps;
        this.stepwise = definition.labelsSteps();
        this.smoothing = smoothing;
        this.stepsOfFeatures = definition.stepsOfFeatures();
        long[] shape = definition.shapeOfFeatures();
        shape[0] = largestBatch;
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            this.features = Nd4j.create(DataType.FLOAT, shape, 'c');
            long[] each = stepwise ? new long[] {largestBatch, columns, steps} : new long[] {largestBatch, columns};
            this.labels = Nd4j.create(DataType.FLOAT, each, 'c');
            this.mask = Nd4j.create(DataType.FLOAT, new long[] {largestBatch, steps}, 'c');
        }
        this.featureMemory = floats(features);
        this.labelMemory = floats(labels);
        this.maskMemory = floats(mask);
    }

    /** The batch's features, valid until the next call. */
    INDArray features(Batch batch) {
        FloatBuffer from = batch.features()
                .duplicate()
                .order(ByteOrder.nativeOrder())
                .position(0)
                .asFloatBuffer();
        long expected = (long) batch.size() * featureSize;
        if (batch.size() > largestBatch || from.remaining() != expected) {
            throw new IllegalArgumentException("a batch of " + batch.size() + " examples with " + from.remaining()
                    + " features; this network takes at most " + largestBatch + " examples of " + featureSize);
        }
        featureMemory.clear();
        if (stepsOfFeatures > 1) {
            putSequences(from, batch.size());
        } else {
            featureMemory.put(from);
        }
        HostMemory.written(features);
        return first(features, batch.size());
    }

    /** From (N, T, F), in which an example's steps follow one another, to DL4J's (N, F, T). */
    private void putSequences(FloatBuffer from, int examples) {
        int width = featureSize / stepsOfFeatures;
        for (int n = 0; n < examples; n++) {
            for (int t = 0; t < stepsOfFeatures; t++) {
                for (int f = 0; f < width; f++) {
                    int to = (n * width + f) * stepsOfFeatures + t;
                    featureMemory.put(to, from.get((n * stepsOfFeatures + t) * width + f));
                }
            }
        }
    }

    /** 0 at steps without a label; of the batch that labels were asked for last. Null where the output is no sequence. */
    INDArray mask(Batch batch) {
        return steps > 1 ? first(mask, batch.size()) : null;
    }

    /**
     * What the loss reads, smoothed, valid until the next call.
     *
     * @throws UnsupportedOperationException for label smoothing with a loss that reads no probabilities
     */
    INDArray smoothedLabels(Batch batch) {
        return labels(batch, smoothing);
    }

    /** What the loss reads, as it is: evaluation reports the plain loss. */
    INDArray plainLabels(Batch batch) {
        return labels(batch, 0);
    }

    /**
     * q(c) = (1 - s) [c = label] + s / classes: Szegedy et al. 2016, section 7. A single sigmoid output stands for two
     * classes.
     */
    private INDArray labels(Batch batch, double share) {
        if (batch.labels().limit() != batch.size() * steps) {
            throw new IllegalArgumentException(batch.labels().limit() + " labels, where " + batch.size()
                    + " examples have " + batch.size() * steps);
        }
        boolean mixed = batch.has(Batch.MIXED_LABELS);
        requireHeeded(kind, classes > 1 && !stepwise, share > 0, mixed);
        float off = kind == ClassLabels.SIGNS ? -1 : (float) (share / Math.max(classes, 2));
        float on = kind == ClassLabels.SIGNS ? 1 : (float) (1 - share) + off;
        for (int i = 0; i < batch.size() * steps; i++) {
            int label = batch.labels().get(i);
            boolean none = steps > 1 && label == SoftmaxCrossEntropy.NO_LABEL;
            if (!none && (label < 0 || label >= Math.max(classes, 2))) {
                throw new IllegalArgumentException("label " + label + " of example " + i / steps
                        + ", where the network tells " + classes + " classes apart");
            }
            maskMemory.put(i, none ? 0 : 1);
            int at = i / steps * columns * steps + i % steps; // (examples, columns, steps)
            if (kind == ClassLabels.NUMBERS) {
                labelMemory.put(at, none ? 0 : label);
                continue;
            }
            for (int c = 0; c < classes; c++) {
                labelMemory.put(at + c * steps, (classes == 1 ? label == 1 : label == c) ? on : off);
            }
            if (mixed) {
                mixInto(
                        at,
                        batch.column(Batch.MIXED_LABELS).ints().get(i),
                        batch.column(Batch.MIXED_SHARES).floats().get(i));
            }
        }
        HostMemory.written(labels);
        HostMemory.written(mask);
        return first(labels, batch.size());
    }

    /**
     * @param oneOfSeveral whether an example has one label of several classes
     * @throws UnsupportedOperationException naming the setting that the loss cannot heed
     */
    static void requireHeeded(ClassLabels kind, boolean oneOfSeveral, boolean smoothed, boolean mixed) {
        if (smoothed && kind != ClassLabels.PROBABILITIES) {
            throw new UnsupportedOperationException(
                    "label smoothing is for losses that DL4J gives probabilities; leave label-smoothing = 0");
        }
        if (mixed && !(oneOfSeveral && kind == ClassLabels.PROBABILITIES)) {
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
            float probability = labelMemory.get(at + c);
            own = probability > most ? c : own;
            most = Math.max(most, probability);
            least = Math.min(least, probability);
        }
        float moved = share * (most - least);
        labelMemory.put(at + own, labelMemory.get(at + own) - moved);
        labelMemory.put(at + other, labelMemory.get(at + other) + moved);
    }

    private INDArray first(INDArray array, int examples) {
        return examples == largestBatch ? array : array.get(NDArrayIndex.interval(0, examples));
    }

    private static FloatBuffer floats(INDArray array) {
        return HostMemory.of(array).asFloatBuffer();
    }
}
