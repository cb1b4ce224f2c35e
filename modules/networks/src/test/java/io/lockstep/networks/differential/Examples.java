package io.lockstep.networks.differential;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.networks.NetworkDefinition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Examples for a network, as DL4J reads them and as a replica does.
 *
 * @param features as DL4J reads them, row by row
 * @param labels -1 at a step without one
 */
record Examples(NetworkDefinition definition, int size, float[] features, int[] labels) {
    static Examples of(NetworkDefinition definition, long seed, int size) {
        Draw draw = new Draw(seed);
        float[] features = new float[size * definition.featureSize()];
        for (int i = 0; i < features.length; i++) {
            features[i] = definition.tokens() ? draw.between(0, vocabulary(definition) - 1) : draw.gaussian();
        }
        int steps = definition.labelsOfExample();
        int[] labels = new int[size * steps];
        for (int i = 0; i < labels.length; i++) {
            boolean without = steps > 1 && draw.chance(0.15);
            labels[i] = without ? -1 : draw.between(0, Math.max(2, definition.classes()) - 1);
        }
        return new Examples(definition, size, features, labels);
    }

    private static int vocabulary(NetworkDefinition definition) {
        return definition.input() instanceof InputType.InputTypeRecurrent sequence
                ? (int) sequence.getSize()
                : (int) definition.input().arrayElementsPerExample();
    }

    /** As DL4J reads them. */
    private long[] shape() {
        if (definition.tokens()) {
            return definition.input() instanceof InputType.InputTypeRecurrent
                    ? new long[] {size, 1, definition.featureSize()}
                    : new long[] {size, 1};
        }
        long[] shape = definition.input().getShape(true);
        shape[0] = size;
        return shape;
    }

    MultiDataSet multiDataSet(DataType type, int outputs) {
        long[] shape = shape();
        INDArray x = Nd4j.createFromArray(features).castTo(type).reshape('c', shape);
        int steps = definition.labelsOfExample();
        int classes = definition.classes();
        boolean sequence = definition.labelsSteps();
        INDArray y = sequence ? Nd4j.zeros(type, size, classes, steps) : Nd4j.zeros(type, size, classes);
        INDArray mask = Nd4j.ones(type, size, steps);
        for (int i = 0; i < labels.length; i++) {
            put(y, mask, i, classes, steps, sequence);
        }
        INDArray[] every = new INDArray[outputs];
        java.util.Arrays.fill(every, y);
        return steps > 1
                ? new MultiDataSet(new INDArray[] {x}, every, null, new INDArray[] {mask})
                : new MultiDataSet(new INDArray[] {x}, every);
    }

    private void put(INDArray y, INDArray mask, int place, int classes, int steps, boolean sequence) {
        int label = labels[place];
        int example = place / steps;
        int step = place % steps;
        if (label < 0) {
            mask.putScalar(example, step, 0);
        } else if (classes == 1) {
            y.putScalar(example, 0, label);
        } else if (sequence) {
            y.putScalar(new int[] {example, label, step}, 1);
        } else {
            y.putScalar(example, label, 1);
        }
    }

    Batch batch(FeatureLayout layout) {
        float[] values = layout == FeatureLayout.NHWC ? channelsLast() : features;
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(values);
        IntBuffer all = ByteBuffer.allocateDirect(labels.length * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        return new Batch(size, bytes, all.put(labels).flip());
    }

    private float[] channelsLast() {
        if (definition.tokens()) {
            return features;
        } else if (definition.input() instanceof InputType.InputTypeConvolutional images) {
            return images.getFormat() == CNN2DFormat.NHWC
                    ? features
                    : turned((int) images.getChannels(), (int) (images.getHeight() * images.getWidth()));
        } else if (definition.input() instanceof InputType.InputTypeRecurrent sequence) {
            return turned((int) sequence.getSize(), (int) sequence.getTimeSeriesLength());
        }
        return features;
    }

    private float[] turned(int channels, int places) {
        float[] turned = new float[features.length];
        for (int n = 0; n < size; n++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < places; p++) {
                    turned[(n * places + p) * channels + c] = features[(n * channels + c) * places + p];
                }
            }
        }
        return turned;
    }
}
