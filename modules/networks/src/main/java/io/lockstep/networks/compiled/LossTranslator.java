package io.lockstep.networks.compiled;

import io.lockstep.engine.Loss;
import io.lockstep.engine.operations.ElementLosses.ElementLoss;
import io.lockstep.engine.operations.ElementLosses.Kind;
import io.lockstep.engine.operations.VectorLosses.Cosine;
import io.lockstep.engine.operations.VectorLosses.DistributionCrossEntropy;
import io.lockstep.networks.Exactly;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** DL4J's losses of numbers as the engine's, by exact class: one line of a table each. */
final class LossTranslator {
    private static final Map<Class<?>, Function<ILossFunction, Loss>> OF_OUTPUTS = new HashMap<>();

    static {
        add(LossMSE.class, loss -> of(Kind.SQUARED, true, loss.getWeights()));
        add(LossL2.class, loss -> of(Kind.SQUARED, false, loss.getWeights()));
        add(LossMAE.class, loss -> of(Kind.ABSOLUTE, true, loss.getWeights()));
        add(LossL1.class, loss -> of(Kind.ABSOLUTE, false, loss.getWeights()));
        add(LossMAPE.class, loss -> of(Kind.ABSOLUTE_PERCENTAGE, true, loss.getWeights()));
        add(LossMSLE.class, loss -> of(Kind.SQUARED_LOGARITHMIC, true, loss.getWeights()));
        add(LossPoisson.class, loss -> of(Kind.POISSON, false, null));
        add(LossKLD.class, loss -> of(Kind.KULLBACK_LEIBLER, false, null));
        add(LossHinge.class, loss -> of(Kind.HINGE, false, null));
        add(LossSquaredHinge.class, loss -> of(Kind.SQUARED_HINGE, false, null));
        add(LossWasserstein.class, loss -> of(Kind.WASSERSTEIN, true, null));
        add(LossCosineProximity.class, loss -> new Cosine(0));
    }

    /**
     * @param ofLogits whether it reads what the activation function reads, otherwise what that gives
     */
    record Translated(Loss loss, boolean ofLogits) {}

    private LossTranslator() {}

    private static <L extends ILossFunction> void add(Class<L> type, Function<L, Loss> loss) {
        OF_OUTPUTS.put(type, dl4j -> loss.apply(type.cast(dl4j)));
    }

    private static Loss of(Kind kind, boolean mean, INDArray weights) {
        return new ElementLoss(kind, mean).withWeights(list(weights));
    }

    /** None for null. */
    static List<Double> list(INDArray weights) {
        return weights == null
                ? List.of()
                : Arrays.stream(weights.dup().data().asDouble()).boxed().toList();
    }

    static Translated ofValues(String name, IActivation function, ILossFunction loss) {
        if (Exactly.is(ActivationSigmoid.class, function) && Exactly.is(LossBinaryXENT.class, loss)) {
            LossBinaryXENT binary = (LossBinaryXENT) loss;
            ElementLoss entropy = new ElementLoss(Kind.BINARY_CROSS_ENTROPY, false).withAlpha(binary.getClipEps());
            return new Translated(entropy.withWeights(list(binary.getWeights())), true);
        } else if (Exactly.is(ActivationSoftmax.class, function) && isOfDistributions(name, loss)) {
            return new Translated(new DistributionCrossEntropy(0, list(((LossMCXENT) loss).getWeights())), true);
        }
        Function<ILossFunction, Loss> known = OF_OUTPUTS.get(loss.getClass());
        if (known == null) {
            throw GraphTranslator.unsupported(
                    name,
                    "output of " + function.getClass().getSimpleName() + " that is told numbers by "
                            + loss.getClass().getSimpleName());
        }
        return new Translated(known.apply(loss), false);
    }

    private static boolean isOfDistributions(String name, ILossFunction loss) {
        boolean known = Exactly.is(LossMCXENT.class, loss) || Exactly.is(LossNegativeLogLikelihood.class, loss);
        if (known) {
            OutputTranslator.requireUsualClip(name, (LossMCXENT) loss);
        }
        return known;
    }
}
