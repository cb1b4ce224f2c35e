package io.lockstep.networks;

import io.lockstep.training.Task;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;

/**
 * What one output of a network is told.
 *
 * @param layout of the labels as DL4J reads them, a channel for each number that the output gives
 * @param mask the column that tells which labels count, or null
 * @param auxiliary whether it is an auxiliary classifier, whose loss is not told
 */
public record OutputFeed(
        String output,
        String column,
        LabelKind kind,
        ILossFunction loss,
        ExampleLayout layout,
        String mask,
        boolean auxiliary) {
    /** How the loss is told a class. */
    public ClassLabels told() {
        return ClassLabels.of(loss);
    }

    /**
     * What a network with such a first output is for, where the output is told numbers.
     *
     * @param function what its layer ends with, or null
     */
    Task taskOfValues(IActivation function) {
        if (loss instanceof LossBinaryXENT || loss instanceof LossFMeasure) {
            return Task.MULTI_LABEL;
        } else if (loss instanceof LossMultiLabel) { // which compares outputs, wherever they lie
            boolean probabilities = function instanceof ActivationSigmoid
                    || function instanceof ActivationHardSigmoid
                    || function instanceof ActivationSoftmax;
            return probabilities ? Task.MULTI_LABEL : Task.OTHER;
        }
        boolean quantities = loss instanceof LossL1 // and LossMAE
                || loss instanceof LossL2 // and LossMSE
                || loss instanceof LossMAPE
                || loss instanceof LossMSLE
                || loss instanceof LossPoisson;
        return quantities ? Task.REGRESSION : Task.OTHER;
    }

    /** Numbers of a label in DL4J's array. */
    public int columns() {
        return kind == LabelKind.CLASSES && told() == ClassLabels.NUMBERS ? 1 : layout.channels();
    }
}
