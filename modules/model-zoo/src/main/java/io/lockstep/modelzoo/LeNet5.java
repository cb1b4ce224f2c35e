package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;

/**
 * LeNet-5: LeCun et al. 1998, section II.B, figure 2: C1 6@5x5, S2, C3 16@5x5, S4, C5 120, F6 84, tanh. As is usual
 * today: C3 sees all of S2, pooling is a plain mean, the output is a softmax. Smaller images than 32x32 are padded by 2
 * pixels in C1, as MNIST's were.
 */
final class LeNet5 {
    private static final int PAPER_SIZE = 32;

    private LeNet5() {}

    static NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        int padding = Math.min(input.height(), input.width()) < PAPER_SIZE ? 2 : 0;
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String c1 = graph.layer("c1", ImageGraph.INPUT, convolution(6, padding));
        String s2 = graph.layer("s2", c1, meanOf2x2());
        String c3 = graph.layer("c3", s2, convolution(16, 0));
        String s4 = graph.layer("s4", c3, meanOf2x2());
        String c5 = graph.layer("c5", s4, dense(120, 0));
        String f6 = graph.layer("f6", c5, dense(84, hyperparameters.dropout()));
        return graph.classify(f6);
    }

    private static ConvolutionLayer convolution(int channels, int padding) {
        return new ConvolutionLayer.Builder(5, 5)
                .padding(padding, padding)
                .nOut(channels)
                .activation(Activation.TANH)
                .weightInit(WeightInit.XAVIER)
                .dataFormat(CNN2DFormat.NHWC)
                .build();
    }

    private static SubsamplingLayer meanOf2x2() {
        return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG)
                .kernelSize(2, 2)
                .stride(2, 2)
                .dataFormat(CNN2DFormat.NHWC)
                .build();
    }

    private static DenseLayer dense(int units, double inputDropout) {
        DenseLayer.Builder layer =
                new DenseLayer.Builder().nOut(units).activation(Activation.TANH).weightInit(WeightInit.XAVIER);
        if (inputDropout > 0) {
            layer.dropOut(1 - inputDropout); // DL4J's is the probability of keeping
        }
        return layer.build();
    }
}
