package io.lockstep.networks;

import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.training.BatchResult;
import java.nio.IntBuffer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.layers.training.CenterLossOutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** What a batch gave: its loss and its predictions, read at the output layer while that has its input. */
final class OutputMeter {
    private final int classes;
    private final float boundary;
    private final int steps;

    private IntBuffer expected;
    private INDArray labels;
    private int examples;
    private INDArray mask;
    private int labelled;
    private double lossSum;
    private int correct;
    private int[] predicted = new int[0];

    /** @param steps labels of an example */
    OutputMeter(int classes, ClassLabels labels, int steps) {
        this.classes = classes;
        this.boundary = labels == ClassLabels.SIGNS ? 0 : 0.5f;
        this.steps = steps;
    }

    /**
     * @param labelRows the labels as the loss sees them, (examples, classes) or (examples, classes, steps)
     * @param labelMask of the steps, or null
     */
    void start(IntBuffer expectedClasses, INDArray labelRows, INDArray labelMask, int size) {
        expected = expectedClasses;
        labels = labelRows;
        mask = labelMask;
        labelled = 0;
        examples = size;
        lossSum = 0;
        correct = 0;
        if (predicted.length < size * steps) {
            predicted = new int[size * steps];
        }
    }

    /**
     * @param layer with its input still set
     * @param probabilities its output, (examples, classes) or (examples, classes, steps)
     */
    void measure(IOutputLayer layer, INDArray probabilities) {
        predict(probabilities);
        layer.setLabels(labels);
        if (mask != null) {
            ((org.deeplearning4j.nn.api.Layer) layer).setMaskArray(mask);
        }
        double weight = weightOf(layer);
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            if (layer instanceof CenterLossOutputLayer) {
                // DL4J adds (examples, features) to (examples, 1) in computeScoreForExamples, and fails
                lossSum = examples * layer.computeScore(0, false, LayerWorkspaceMgr.noWorkspaces());
                return;
            }
            if (labels.rank() == 3
                    && examples * steps == 1) { // DL4J takes the loss of one step for no vector, and fails
                lossSum = layer.computeScore(0, false, LayerWorkspaceMgr.noWorkspaces());
                return;
            }
            INDArray losses = layer.computeScoreForExamples(0.0, LayerWorkspaceMgr.noWorkspaces()); // (examples, 1)
            for (int i = 0; i < examples; i++) {
                lossSum += losses.getDouble(i) / weight;
            }
        }
    }

    BatchResult result() {
        return new BatchResult(labelled, lossSum, correct);
    }

    /**
     * What DL4J's losses of examples are to be divided by. Where all classes have one weight, it weighs the steps in the
     * gradient, and the loss that is told is the plain sum; a mean absolute error is a mean in DL4J's score and a sum in its
     * losses of examples.
     */
    private double weightOf(IOutputLayer layer) {
        ILossFunction loss = lossOf(layer);
        if (loss instanceof LossMAE) {
            return classes;
        }
        if (steps == 1 || !(loss instanceof LossMCXENT crossEntropy) || crossEntropy.getWeights() == null) {
            return 1;
        }
        double least = crossEntropy.getWeights().minNumber().doubleValue();
        return least == crossEntropy.getWeights().maxNumber().doubleValue() ? least : 1;
    }

    private static ILossFunction lossOf(IOutputLayer layer) {
        return layer.getConfig() instanceof Layer configured ? ClassLabels.lossOf("", configured) : null;
    }

    /** The most probable class of each label; valid until the next batch. */
    int[] predictions() {
        return predicted;
    }

    private void predict(INDArray probabilities) {
        for (int i = 0; i < examples * steps; i++) {
            predicted[i] = classes == 1
                    ? (probability(probabilities, i, 0) > boundary ? 1 : 0)
                    : mostProbable(probabilities, i);
            if (predicted[i] == expected.get(i)) {
                correct++;
            }
            if (expected.get(i) != SoftmaxCrossEntropy.NO_LABEL) {
                labelled++;
            }
        }
    }

    private int mostProbable(INDArray probabilities, int place) {
        int best = 0;
        float highest = probability(probabilities, place, 0);
        for (int c = 1; c < classes; c++) {
            float probability = probability(probabilities, place, c);
            if (probability > highest) {
                highest = probability;
                best = c;
            }
        }
        return best;
    }

    private float probability(INDArray probabilities, int place, int c) {
        return probabilities.rank() == 2
                ? probabilities.getFloat(place, c)
                : probabilities.getFloat(place / steps, c, place % steps);
    }
}
