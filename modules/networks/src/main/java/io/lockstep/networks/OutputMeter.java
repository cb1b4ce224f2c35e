package io.lockstep.networks;

import io.lockstep.engine.Operation.SoftmaxCrossEntropy;
import io.lockstep.training.BatchResult;
import java.nio.IntBuffer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** What a batch gave: its loss and its predictions, read at the output layer while that has its input. */
final class OutputMeter {
    private final int classes;
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
    OutputMeter(int classes, int steps) {
        this.classes = classes;
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
            ((Layer) layer).setMaskArray(mask);
        }
        double weight = weightOf(layer);
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            INDArray losses = layer.computeScoreForExamples(0.0, LayerWorkspaceMgr.noWorkspaces()); // (examples, 1)
            for (int i = 0; i < examples; i++) {
                lossSum += losses.getDouble(i) / weight;
            }
        }
    }

    BatchResult result() {
        return new BatchResult(labelled, lossSum, correct);
    }

    /** Where all classes have one weight, it weighs the steps in the gradient; the loss that is told is the plain sum. */
    private double weightOf(IOutputLayer layer) {
        boolean weighted = steps > 1
                && layer.getConfig() instanceof RnnOutputLayer output
                && output.getLossFn() instanceof LossMCXENT loss
                && loss.getWeights() != null;
        return weighted
                ? ((LossMCXENT) ((RnnOutputLayer) layer.getConfig()).getLossFn())
                        .getWeights()
                        .getDouble(0)
                : 1;
    }

    void copyPredictions(int[] destination) {
        System.arraycopy(predicted, 0, destination, 0, examples * steps);
    }

    private void predict(INDArray probabilities) {
        for (int i = 0; i < examples * steps; i++) {
            predicted[i] =
                    classes == 1 ? (probabilities.getFloat(i, 0) > 0.5f ? 1 : 0) : mostProbable(probabilities, i);
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
        return steps == 1 ? probabilities.getFloat(place, c) : probabilities.getFloat(place / steps, c, place % steps);
    }
}
