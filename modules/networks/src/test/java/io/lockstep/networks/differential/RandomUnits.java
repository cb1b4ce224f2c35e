package io.lockstep.networks.differential;

import io.lockstep.networks.layers.Gru;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.Activation;

/** Draws layers that vectors and sequences go through, and those that anything does. */
final class RandomUnits {
    private final Draw draw;
    private final RandomOptions options;
    private final CNN2DFormat format;

    RandomUnits(Draw draw, RandomOptions options, CNN2DFormat format) {
        this.draw = draw;
        this.options = options;
        this.format = format;
    }

    Layer embedding(InputType input) {
        InputType.InputTypeRecurrent sequence = (InputType.InputTypeRecurrent) input;
        return new EmbeddingSequenceLayer.Builder()
                .nIn((int) sequence.getSize())
                .nOut(draw.between(1, 6))
                .inputLength((int) sequence.getTimeSeriesLength())
                .build();
    }

    Layer dense() {
        DenseLayer.Builder dense =
                new DenseLayer.Builder().nOut(draw.between(1, 9)).hasBias(draw.chance(0.8));
        options.decorate(dense);
        return dense.build();
    }

    Layer activation() {
        return new ActivationLayer.Builder().activation(options.activation()).build();
    }

    Layer dropout() {
        var noise = options.noise();
        return noise == null ? activation() : new DropoutLayer.Builder(noise).build();
    }

    BatchNormalization.Builder norm() {
        return new BatchNormalization.Builder()
                .eps(draw.one(1e-5, 1e-3))
                .decay(draw.between(0.5, 0.99))
                .dataFormat(format)
                .useLogStd(draw.chance(0.5));
    }

    Layer recurrent() {
        int units = draw.between(1, 7);
        return switch (draw.between(0, 2)) {
            case 0 -> {
                LSTM.Builder lstm = new LSTM.Builder().nOut(units).forgetGateBiasInit(draw.between(0.0, 1.0));
                options.decorate(lstm);
                yield lstm.activation(Activation.TANH).build();
            }
            case 1 -> {
                SimpleRnn.Builder simple = new SimpleRnn.Builder().nOut(units);
                options.decorate(simple);
                yield simple.activation(Activation.TANH).build();
            }
            default -> new Gru.Builder().nOut(units).build();
        };
    }
}
