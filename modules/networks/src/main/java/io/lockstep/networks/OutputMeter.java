package io.lockstep.networks;

import io.lockstep.training.BatchResult;
import java.nio.IntBuffer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a batch gave: its loss and its predictions, read at the output layer while that has its input. */
final class OutputMeter {
    private final int classes;

    private IntBuffer expected;
    private INDArray labels;
    private int examples;
    private double lossSum;
    private int correct;
    private int[] predicted = new int[0];

    OutputMeter(int classes) {
        this.classes = classes;
    }

    /** @param labelRows the labels as the loss sees them, (examples, classes) */
    void start(IntBuffer expectedClasses, INDArray labelRows, int size) {
        expected = expectedClasses;
        labels = labelRows;
        examples = size;
        lossSum = 0;
        correct = 0;
        if (predicted.length < size) {
            predicted = new int[size];
        }
    }

    /**
     * @param layer with its input still set
     * @param probabilities its output, (examples, classes)
     */
    void measure(IOutputLayer layer, INDArray probabilities) {
        predict(probabilities);
        layer.setLabels(labels);
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            INDArray losses = layer.computeScoreForExamples(0.0, LayerWorkspaceMgr.noWorkspaces()); // (examples, 1)
            for (int i = 0; i < examples; i++) {
                lossSum += losses.getDouble(i);
            }
        }
    }

    BatchResult result() {
        return new BatchResult(examples, lossSum, correct);
    }

    void copyPredictions(int[] destination) {
        System.arraycopy(predicted, 0, destination, 0, examples);
    }

    private void predict(INDArray probabilities) {
        for (int i = 0; i < examples; i++) {
            predicted[i] =
                    classes == 1 ? (probabilities.getFloat(i, 0) > 0.5f ? 1 : 0) : mostProbable(probabilities, i);
            if (predicted[i] == expected.get(i)) {
                correct++;
            }
        }
    }

    private int mostProbable(INDArray probabilities, int row) {
        int best = 0;
        float highest = probabilities.getFloat(row, 0);
        for (int c = 1; c < classes; c++) {
            float probability = probabilities.getFloat(row, c);
            if (probability > highest) {
                highest = probability;
                best = c;
            }
        }
        return best;
    }
}
