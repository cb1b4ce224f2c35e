package io.lockstep.networks;

import io.lockstep.datasets.Batch;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
    private final double smoothing;
    private final INDArray features; // (largestBatch, C, H, W), (largestBatch, H, W, C) or (largestBatch, features)
    private final INDArray labels; // (largestBatch, classes)
    private final FloatBuffer featureMemory;
    private final FloatBuffer labelMemory;

    InputArrays(InputType input, int classes, int largestBatch, double smoothing) {
        if (largestBatch < 1) {
            throw new IllegalArgumentException("largestBatch must be positive, not " + largestBatch);
        }
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("label smoothing must be in [0, 1), not " + smoothing);
        }
        this.largestBatch = largestBatch;
        this.featureSize = Math.toIntExact(input.arrayElementsPerExample());
        this.classes = classes;
        this.smoothing = smoothing;
        long[] shape = input.getShape(true);
        shape[0] = largestBatch;
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            this.features = Nd4j.create(DataType.FLOAT, shape, 'c');
            this.labels = Nd4j.create(DataType.FLOAT, new long[] {largestBatch, classes}, 'c');
        }
        this.featureMemory = floats(features);
        this.labelMemory = floats(labels);
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
        return first(features, batch.size());
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
        labelMemory.clear();
        for (int i = 0; i < batch.size(); i++) {
            int label = batch.labels().get(i);
            if (label < 0 || label >= Math.max(classes, 2)) {
                throw new IllegalArgumentException("label " + label + " of example " + i + ", where the network tells "
                        + classes + " classes apart");
            }
            for (int c = 0; c < classes; c++) {
                labelMemory.put((classes == 1 ? label == 1 : label == c) ? on : off);
            }
        }
        return first(labels, batch.size());
    }

    private INDArray first(INDArray array, int examples) {
        return examples == largestBatch ? array : array.get(NDArrayIndex.interval(0, examples));
    }

    private static FloatBuffer floats(INDArray array) {
        return array.data()
                .pointer()
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
