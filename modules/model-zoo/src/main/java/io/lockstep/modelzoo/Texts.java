package io.lockstep.modelzoo;

import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** First and last layers of language models. */
final class Texts {
    private Texts() {}

    /**
     * Steps of an example of text, (1, T, 1).
     *
     * @throws IllegalArgumentException for pictures
     */
    static int stepsOf(ModelInput input) {
        if (input.channels() != 1 || input.width() != 1) {
            throw new IllegalArgumentException("reads text, T numbers as 1xTx1, not pictures of " + input.channels()
                    + "x" + input.height() + "x" + input.width());
        }
        return input.height();
    }

    static EmbeddingSequenceLayer embedding(ModelInput input, int width) {
        return embedding(input.classes(), stepsOf(input), width);
    }

    static EmbeddingSequenceLayer embedding(int vocabulary, int steps, int width) {
        return new EmbeddingSequenceLayer.Builder()
                .nIn(vocabulary)
                .nOut(width)
                .inputLength(steps)
                .weightInit(SequenceGraph.initial())
                .build();
    }

    static RnnOutputLayer nextCharacter(ModelInput input, boolean bias) {
        return eachStep(input.classes(), stepsOf(input), bias);
    }

    /**
     * Softmax of each step. Each class weighs 1 / {@code labels}, so that the gradient is of the mean, not the sum.
     *
     * @param labels of an example
     */
    static RnnOutputLayer eachStep(int classes, int labels, boolean bias) {
        return new RnnOutputLayer.Builder(new LossMCXENT(Nd4j.valueArrayOf(1, classes, 1.0 / labels)))
                .nOut(classes)
                .hasBias(bias)
                .activation(Activation.SOFTMAX)
                .weightInit(SequenceGraph.initial())
                .build();
    }
}
