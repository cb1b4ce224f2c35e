package io.lockstep.networks.differential;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** Draws what a network ends with. */
final class RandomOutputs {
    private final Draw draw;
    private final RandomOptions options;
    private boolean weighted;

    RandomOutputs(Draw draw, RandomOptions options) {
        this.draw = draw;
        this.options = options;
    }

    /** Whether a loss has weights. */
    boolean weighted() {
        return weighted;
    }

    /** @param weights for how many classes, or 0 for none */
    ILossFunction crossEntropy(int weights) {
        if (weights > 0) {
            weighted = true;
            double[] each = new double[weights];
            Arrays.fill(each, draw.between(0.1, 2.0));
            if (draw.chance(0.3)) {
                each[0] *= 2;
            }
            INDArray row = Nd4j.createFromArray(each).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
            return new LossMCXENT(row.reshape(1, weights));
        }
        return draw.chance(0.3) ? new LossNegativeLogLikelihood() : new LossMCXENT();
    }

    OutputLayer softmax(int classes, int weights) {
        OutputLayer.Builder output =
                new OutputLayer.Builder(crossEntropy(weights)).nOut(classes).hasBias(draw.chance(0.8));
        options.decorate(output);
        return output.activation(Activation.SOFTMAX).build();
    }

    Layer stepwise() {
        int classes = draw.between(2, 5);
        RnnOutputLayer.Builder output =
                new RnnOutputLayer.Builder(crossEntropy(draw.chance(0.3) ? classes : 0)).nOut(classes);
        options.decorate(output);
        return output.activation(Activation.SOFTMAX).build();
    }
}
