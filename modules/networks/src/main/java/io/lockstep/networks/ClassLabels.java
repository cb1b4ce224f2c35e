package io.lockstep.networks;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/**
 * How a loss wants to be told which class an example is of, where DL4J computes it. A loss of one's own is told as the DL4J
 * loss that it extends, and else with probabilities.
 */
public enum ClassLabels {
    /** A row of probabilities; of a single output the probability of class 1. */
    PROBABILITIES,
    /** The same of certainties only: what is not an example's class is 0. */
    MARKS,
    /** The same with -1 for what is not an example's class. */
    SIGNS,
    /** A column of the classes' numbers. */
    NUMBERS;

    /** Losses that no label of a class goes with, and why. */
    private static final List<Unfit> UNFIT = List.of(
            new Unfit(LossFMeasure.class, "is of a whole batch, and no sum over its examples"),
            new Unfit(LossMAPE.class, "divides by the label, which is 0 for all classes but one"),
            new Unfit(LossMixtureDensity.class, "wants labels that are numbers to be predicted, not classes"),
            new Unfit(LossWasserstein.class, "is a critic's, in an adversarial network"));

    private record Unfit(Class<? extends ILossFunction> loss, String why) {}

    /** Losses that learn from the examples of a class alone: a single output would never hear of the others. */
    private static final List<Class<? extends ILossFunction>> ONE_SIDED =
            List.of(LossMCXENT.class, LossKLD.class, LossCosineProximity.class, LossMultiLabel.class);

    static ClassLabels of(ILossFunction loss) {
        if (loss instanceof LossSparseMCXENT) {
            return NUMBERS;
        }
        if (loss instanceof LossMultiLabel) {
            return MARKS;
        }
        return loss instanceof LossHinge || loss instanceof LossSquaredHinge ? SIGNS : PROBABILITIES;
    }

    /**
     * The loss of an output layer.
     *
     * @throws IllegalArgumentException for a layer that gives no scores of classes
     */
    static ILossFunction lossOf(String output, Layer layer) {
        if (layer instanceof BaseOutputLayer known
                && (known instanceof OutputLayer
                        || known instanceof RnnOutputLayer
                        || known instanceof CenterLossOutputLayer)) {
            return known.getLossFn();
        } else if (layer instanceof LossLayer known) {
            return known.getLossFn();
        } else if (layer instanceof CnnLossLayer known) {
            return known.getLossFn();
        } else if (layer instanceof RnnLossLayer known) {
            return known.getLossFn();
        } else if (layer instanceof Cnn3DLossLayer known) {
            return known.getLossFn();
        } else if (layer instanceof Yolo2OutputLayer) {
            return null; // has several of its own
        }
        throw new IllegalArgumentException("output '" + output + "' is a "
                + (layer == null ? "vertex" : layer.getClass().getSimpleName())
                + "; what is trained ends with an OutputLayer, RnnOutputLayer, CenterLossOutputLayer, LossLayer,"
                + " RnnLossLayer, CnnLossLayer, Cnn3DLossLayer or Yolo2OutputLayer");
    }

    /** Why no label of a class goes with an output; empty if one does, or if something else is wrong. */
    static Optional<String> unfit(String output, Layer layer) {
        ILossFunction loss = layer == null ? new LossMCXENT() : lossOf(output, layer);
        if (loss == null) {
            return Optional.of("wants labels that are boxes");
        }
        return UNFIT.stream()
                .filter(each -> each.loss.isInstance(loss))
                .map(Unfit::why)
                .findFirst();
    }

    /**
     * Refuses an output that cannot be told numbers.
     *
     * @param masked whether some of them do not count
     * @throws IllegalArgumentException naming output, loss and reason
     */
    static void requireValues(String output, Layer layer, boolean masked) {
        ILossFunction loss = lossOf(output, layer);
        if (loss instanceof LossSparseMCXENT) {
            throw refusal(output, loss, "is told classes, and no numbers; take LossMCXENT to tell it probabilities");
        }
        if (layer instanceof CenterLossOutputLayer) {
            throw refusal(output, loss, "gives a CenterLossOutputLayer no classes to find centres of; tell it classes");
        }
        if (masked
                && (layer instanceof RnnOutputLayer || layer instanceof RnnLossLayer)
                && (loss instanceof LossHinge || loss instanceof LossKLD)) {
            throw refusal(
                    output,
                    loss,
                    "is not to be had with a mask of the steps, with which DL4J's gradient of it differs");
        }
    }

    /**
     * Refuses an output that cannot be trained with labels of classes.
     *
     * @return its loss
     * @throws IllegalArgumentException naming output, loss and reason
     */
    static ILossFunction require(String output, Layer layer) {
        ILossFunction loss = lossOf(output, layer);
        unfit(output, layer).ifPresent(why -> {
            throw refusal(output, loss, why);
        });
        boolean single = layer instanceof FeedForwardLayer known && known.getNOut() == 1;
        if (single && ONE_SIDED.stream().anyMatch(each -> each.isInstance(loss))) {
            throw refusal(output, loss, "wants an output for each class, and there is one; take LossBinaryXENT");
        }
        if ((layer instanceof RnnOutputLayer || layer instanceof RnnLossLayer)
                && (loss instanceof LossHinge || loss instanceof LossKLD)) {
            throw refusal(
                    output,
                    loss,
                    "is not to be had for each step: DL4J's own gradients of it differ with and without a mask of the steps");
        }
        if (of(loss) == NUMBERS && layer instanceof CenterLossOutputLayer) {
            throw refusal(
                    output,
                    loss,
                    "gives a CenterLossOutputLayer no row of labels to find centres with; take LossMCXENT");
        }
        return loss;
    }

    private static IllegalArgumentException refusal(String output, ILossFunction loss, String why) {
        return new IllegalArgumentException("output '" + output + "': "
                + (loss == null ? "its layer" : loss.getClass().getSimpleName()) + " " + why);
    }
}
