package io.lockstep.networks.dl4j;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.networks.ClassLabels;
import io.lockstep.networks.LabelKind;
import io.lockstep.networks.OutputFeed;
import io.lockstep.training.Answers;
import io.lockstep.training.BatchResult;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.layers.convolution.Cnn3DLossLayer;
import org.deeplearning4j.nn.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.layers.training.CenterLossOutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;

/** What a batch gave at one output: its loss and its predictions, read at the output layer while that has its input. */
final class OutputMeter {
    private final OutputFeed feed;
    private final int classes;
    private final float boundary;
    private final int places;

    private IntBuffer expected;
    /** Of classes, those that count; null: all do. */
    private FloatBuffer counted;

    private INDArray labels;
    private int examples;
    private INDArray mask;
    private int labelled;
    private double lossSum;
    private int correct;
    private int[] predicted = new int[0];
    private boolean keepOutputs;
    private FloatBuffer kept = FloatBuffer.allocate(0); // (examples, places, classes)

    OutputMeter(OutputFeed feed) {
        this.feed = feed;
        this.classes = feed.layout().channels();
        this.boundary = feed.told() == ClassLabels.SIGNS ? 0 : 0.5f;
        this.places = feed.layout().places();
    }

    OutputFeed feed() {
        return feed;
    }

    /** Whether it is of a single label, which this output's loss and gradient are multiplied by in DL4J's place. */
    boolean isOnlyMask(INDArray each) {
        return each != null && each.length() == 1 && !feed.auxiliary();
    }

    /** What the only label of the batch counts; 1 where there are several. */
    float onlyMask() {
        return isOnlyMask(mask) ? mask.getFloat(0) : 1;
    }

    /**
     * @param labelRows the labels as the loss sees them
     * @param labelMask of them, or null
     * @param keep whether the outputs are asked for
     */
    void start(Batch batch, INDArray labelRows, INDArray labelMask, boolean keep) {
        keepOutputs = keep;
        expected =
                feed.kind() == LabelKind.CLASSES ? batch.column(feed.column()).ints() : null;
        counted = expected == null || feed.mask() == null
                ? null
                : batch.column(feed.mask()).floats();
        labels = labelRows;
        mask = labelMask;
        examples = batch.size();
        labelled = mask == null || expected != null
                ? 0
                : mask.gt(0).castTo(mask.dataType()).sumNumber().intValue();
        if (mask == null && expected == null) {
            labelled = examples * places;
        }
        lossSum = 0;
        correct = 0;
        if (predicted.length < examples * places) {
            predicted = new int[examples * places];
        }
    }

    /**
     * @param layer with its input still set
     * @param outputs what it gives, (examples, classes) or as the labels lie
     */
    void measure(IOutputLayer layer, INDArray outputs) {
        if (expected != null) {
            requireCentres(layer);
            predict(outputs);
        }
        if (keepOutputs) {
            keep(outputs);
        }
        layer.setLabels(labels);
        if (mask != null) {
            ((org.deeplearning4j.nn.api.Layer) layer).setMaskArray(isOnlyMask(mask) ? null : mask);
        }
        lossSum = losses(layer) * onlyMask();
    }

    private double losses(IOutputLayer layer) {
        double weight = weight();
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            if (isMeasuredAtOnce(layer)) {
                return examples * layer.computeScore(0, false, LayerWorkspaceMgr.noWorkspaces());
            }
            INDArray losses = layer.computeScoreForExamples(0.0, LayerWorkspaceMgr.noWorkspaces()); // (examples, 1)
            double sum = 0;
            for (int i = 0; i < examples; i++) {
                sum += losses.getDouble(i) / weight;
            }
            return sum;
        }
    }

    /** A mask leaves examples out of the centre loss's classes, and not out of what pulls them to their centres. */
    private void requireCentres(IOutputLayer layer) {
        for (int i = 0; layer instanceof CenterLossOutputLayer && i < examples; i++) {
            if (expected.get(i) == SoftmaxCrossEntropy.NO_LABEL) {
                throw new IllegalArgumentException("output '" + feed.output()
                        + "' is a CenterLossOutputLayer, which needs a class of each example; example " + i
                        + " has none (" + SoftmaxCrossEntropy.NO_LABEL + "): leave such examples out of the data");
            }
        }
    }

    /** Where DL4J cannot tell each example's loss, or tells another than its own score. */
    private boolean isMeasuredAtOnce(IOutputLayer layer) {
        // computeScoreForExamples adds (examples, features) to (examples, 1) for class centres, weighs cells without a
        // box
        // twice, reshapes voxels' losses to their labels, does not exist for the F-measure, and takes one step for no
        // vector
        return layer instanceof CenterLossOutputLayer
                || layer instanceof Yolo2OutputLayer
                || layer instanceof Cnn3DLossLayer
                || feed.loss() instanceof LossFMeasure
                || labels.rank() == 3 && examples * places == 1;
    }

    /** Sum over the labels that count. */
    double lossSum() {
        return lossSum;
    }

    int correct() {
        return correct;
    }

    /** Labels that count. */
    int labelled() {
        return labelled;
    }

    /**
     * What DL4J's losses of examples are to be divided by. Where all classes have one weight, it weighs the steps in the
     * gradient, and the loss that is told is the plain sum; a mean absolute error is a mean in DL4J's score and a sum in its
     * losses of examples.
     */
    private double weight() {
        ILossFunction loss = feed.loss();
        if (loss instanceof LossMAE) {
            return classes;
        }
        if (places == 1 || !(loss instanceof LossMCXENT crossEntropy) || crossEntropy.getWeights() == null) {
            return 1;
        }
        double least = crossEntropy.getWeights().minNumber().doubleValue();
        return least == crossEntropy.getWeights().maxNumber().doubleValue() ? least : 1;
    }

    /** Of the batch that was evaluated last. */
    Answers answers(Batch batch, BatchResult result) {
        Column targets = batch.column(feed.column());
        Column of = feed.mask() == null ? null : batch.column(feed.mask());
        // told are boxes, or a mixture's one number, which the outputs are not beside
        boolean beside = feed.kind() == LabelKind.CLASSES
                || targets.elements() == places * classes && !(feed.loss() instanceof LossMixtureDensity);
        return new Answers(result, targets, of, expected == null ? null : predicted, beside ? kept : null, classes);
    }

    private void keep(INDArray outputs) {
        int size = examples * places * classes;
        if (kept.capacity() < size) {
            kept = FloatBuffer.allocate(size);
        }
        kept.clear();
        for (int i = 0; i < examples * places; i++) {
            for (int c = 0; c < classes; c++) {
                kept.put(probability(outputs, i, c));
            }
        }
        kept.flip();
    }

    private void predict(INDArray probabilities) {
        for (int i = 0; i < examples * places; i++) {
            predicted[i] = classes == 1
                    ? (probability(probabilities, i, 0) > boundary ? 1 : 0)
                    : mostProbable(probabilities, i);
            if (expected.get(i) != SoftmaxCrossEntropy.NO_LABEL && (counted == null || counted.get(i) > 0)) {
                labelled++;
                correct += predicted[i] == expected.get(i) ? 1 : 0;
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

    private float probability(INDArray probabilities, int i, int c) {
        if (probabilities.rank() == 2) {
            return probabilities.getFloat(i, c);
        }
        boolean first = feed.layout().channelsFirst();
        if (probabilities.rank() == 3) {
            return first
                    ? probabilities.getFloat(i / places, c, i % places)
                    : probabilities.getFloat(i / places, i % places, c);
        }
        long[] at = new long[probabilities.rank()];
        at[0] = i / places;
        at[first ? 1 : at.length - 1] = c;
        int place = i % places;
        for (int dimension = first ? at.length - 1 : at.length - 2; dimension > (first ? 1 : 0); dimension--) {
            at[dimension] = place % probabilities.size(dimension);
            place /= (int) probabilities.size(dimension);
        }
        return probabilities.getFloat(at);
    }
}
