package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Where DL4J or ND4J computes something else than the layer is, DL4J's runtime computes the layer. */
class CorrectedLayersTest {
    private static final int BATCH = 4;

    private static NetworkDefinition network(InputType type, Layer first, Layer middle, Layer... others) {
        var graph = new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("in")
                .addLayer("first", first, "in")
                .addLayer("middle", middle, "first");
        String last = "middle";
        for (Layer other : others) {
            graph.addLayer("behind " + last, other, last);
            last = "behind " + last;
        }
        Layer output = new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
        return new NetworkDefinition(
                graph.addLayer("out", output, last)
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    private static NetworkDefinition ofPictures(Layer middle) {
        Layer first = new ConvolutionLayer.Builder(1, 1)
                .nOut(5)
                .activation(Activation.TANH)
                .dataFormat(CNN2DFormat.NHWC)
                .build();
        return network(InputType.convolutional(6, 7, 2, CNN2DFormat.NHWC), first, middle);
    }

    private static SubsamplingLayer dilated(SubsamplingLayer.PoolingType type) {
        return new SubsamplingLayer.Builder(type, new int[] {2, 2}, new int[] {1, 2})
                .dilation(3, 2)
                .dataFormat(CNN2DFormat.NHWC)
                .build();
    }

    /** Each example's loss is that of the only network there is with these windows. */
    @Test
    void dilatedWindowsAreDilatedInALayerThatIsFrozenToo() {
        for (SubsamplingLayer.PoolingType type :
                new SubsamplingLayer.PoolingType[] {SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG
                }) {
            NetworkDefinition plain = ofPictures(dilated(type));
            NetworkDefinition frozen = ofPictures(new FrozenLayerWithBackprop(dilated(type)));
            Batch batch = Networks.batch(plain, 5, 0, BATCH);
            try (CompiledReplica compiled = new CompiledReplica(plain, BATCH, 0, 1);
                    Dl4jReplica dl4j = new Dl4jReplica(plain, BATCH, 0);
                    Dl4jReplica wrapped = new Dl4jReplica(frozen, BATCH, 0)) {
                double expected = compiled.evaluate(batch, new int[BATCH]).lossSum();
                assertThat(dl4j.evaluate(batch, new int[BATCH]).lossSum()).isCloseTo(expected, within(1e-4));
                assertThat(wrapped.evaluate(batch, new int[BATCH]).lossSum()).isCloseTo(expected, within(1e-4));
                dl4j.forwardBackward(batch, 1, mark -> {});
                wrapped.forwardBackward(batch, 1, mark -> {});
                assertThat(Networks.floats(wrapped.gradients()))
                        .containsExactly(Networks.floats(dl4j.gradients()), within(1e-6f));
            }
        }
    }

    @Test
    void dilatedPoolingOfStepsIsRefusedByName() {
        Subsampling1DLayer pooling = new Subsampling1DLayer.Builder(SubsamplingLayer.PoolingType.MAX, 2, 1).build();
        pooling.setDilation(new int[] {2, 1});
        Layer first = new Convolution1D.Builder(1).nOut(4).build();
        NetworkDefinition definition = network(
                InputType.recurrent(3, 8), first, pooling, new GlobalPoolingLayer.Builder(PoolingType.AVG).build());
        assertThatThrownBy(() -> new Dl4jReplica(definition, BATCH, 0))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll("'middle'", "set the layer's dilation to 1");
    }

    /** The slope of the loss along the gradient, by central differences of DL4J's own forward. */
    @Test
    void responseNormHasTheGradientOfWhatItComputes() {
        NetworkDefinition definition = ofPictures(new LocalResponseNormalization.Builder()
                .n(5)
                .k(1)
                .alpha(0.5)
                .beta(0.75)
                .dataFormat(CNN2DFormat.NHWC)
                .build());
        Batch batch = Networks.batch(definition, 5, 0, BATCH);
        try (Dl4jReplica dl4j = new Dl4jReplica(definition, BATCH, 0)) {
            dl4j.forwardBackward(batch, 1, mark -> {});
            float[] gradient = Networks.floats(dl4j.gradients());
            float[] parameters = Networks.floats(dl4j.parameters());
            int first = 5 * (2 + 1); // the layer before the norm: what DL4J gets wrong comes through it
            double squares = 0;
            for (int i = 0; i < first; i++) {
                squares += (double) gradient[i] * gradient[i];
            }
            double step = 0.01;
            double up = lossAlong(dl4j, batch, parameters, gradient, first, step / Math.sqrt(squares));
            double down = lossAlong(dl4j, batch, parameters, gradient, first, -step / Math.sqrt(squares));
            assertThat((up - down) / (2 * step)).isCloseTo(Math.sqrt(squares), within(5e-4 * Math.sqrt(squares)));
        }
    }

    private static double lossAlong(
            Dl4jReplica dl4j, Batch batch, float[] parameters, float[] direction, int count, double by) {
        for (int i = 0; i < count; i++) {
            dl4j.parameters().putFloat(i * Float.BYTES, (float) (parameters[i] + by * direction[i]));
        }
        return dl4j.forwardBackward(batch, 1, mark -> {}).lossSum();
    }
}
