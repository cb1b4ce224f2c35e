package io.lockstep.networks;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Operation.SoftmaxCrossEntropy;
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
    private final int steps;
    private final double smoothing;
    private final INDArray features; // (largestBatch, C, H, W), (largestBatch, H, W, C) or (largestBatch, features)
    private final INDArray labels; // (largestBatch, classes), or (largestBatch, classes, steps)
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
        this.steps = steps;
        this.smoothing = smoothing;
        long[] shape = definition.tokens()
                ? new long[] {largestBatch, 1, featureSize}
                : definition.input().getShape(true);
        shape[0] = largestBatch;
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            this.features = Nd4j.create(DataType.FLOAT, shape, 'c');
            long[] each = steps > 1 ? new long[] {largestBatch, classes, steps} : new long[] {largestBatch, classes};
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
        featureMemory.put(from);
        HostMemory.written(features);
        return first(features, batch.size());
    }

    /** 0 at steps without a label; of the batch that labels were asked for last. Null where the output is no sequence. */
    INDArray mask(Batch batch) {
        return steps > 1 ? first(mask, batch.size()) : null;
    }

    /** Rows of label probabilities, smoothed, valid until the next call. */
    INDArray smoothedLabels(Batch batch) {
        return labels(batch, smoothing);
    }

    /** Rows of label probabilities as they are: evaluation reports the plain loss. */
    INDArray plainLabels(Batch batch) {
        return labels(batch, 0);
    }

    /**
     * q(c) = (1 - s) [c = label] + s / classes: Szegedy et al. 2016, section 7. A single sigmoid output stands for two
     * classes.
     */
    private INDArray labels(Batch batch, double share) {
        float off = (float) (share / Math.max(classes, 2));
        float on = (float) (1 - share) + off;
        for (int i = 0; i < batch.size() * steps; i++) {
            int label = batch.labels().get(i);
            boolean none = steps > 1 && label == SoftmaxCrossEntropy.NO_LABEL;
            if (!none && (label < 0 || label >= Math.max(classes, 2))) {
                throw new IllegalArgumentException("label " + label + " of example " + i / steps
                        + ", where the network tells " + classes + " classes apart");
            }
            maskMemory.put(i, none ? 0 : 1);
            int at = i / steps * classes * steps + i % steps; // (examples, classes, steps)
            for (int c = 0; c < classes; c++) {
                labelMemory.put(at + c * steps, (classes == 1 ? label == 1 : label == c) ? on : off);
            }
            if (batch.mixture() != null) {
                if (classes == 1 || steps > 1) {
                    throw new UnsupportedOperationException(
                            "mixup is for networks that choose one of several classes; leave mixup = 0");
                }
                mixInto(at, batch.mixture().label(i), batch.mixture().share(i));
            }
        }
        HostMemory.written(labels);
        HostMemory.written(mask);
        return first(labels, batch.size());
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
