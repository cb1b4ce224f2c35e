package io.lockstep.networks.compiled;

import io.lockstep.engine.Operation;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Formulas.BentRelu;
import io.lockstep.engine.operations.Reductions.Over;
import io.lockstep.engine.operations.Reductions.Softmax;
import io.lockstep.networks.Exactly;
import java.util.Map;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;

/**
 * DL4J's activation functions as the engine's. There are two departures: the precise GELU is the paper's (ND4J cubes
 * 0.044715 x where the paper has 0.044715 times the cube of x), and the gradient of an ELU is of its alpha (DL4J's is
 * that of alpha 1, whatever it is: it gives EluBp none).
 */
final class ActivationTranslator {
    private static final Map<Class<? extends IActivation>, Function> WITHOUT_PARAMETERS = Map.ofEntries(
            Map.entry(ActivationTanH.class, Function.TANH),
            Map.entry(ActivationHardTanH.class, Function.HARD_TANH),
            Map.entry(ActivationRationalTanh.class, Function.RATIONAL_TANH),
            Map.entry(ActivationRectifiedTanh.class, Function.RECTIFIED_TANH),
            Map.entry(ActivationSigmoid.class, Function.SIGMOID),
            Map.entry(ActivationHardSigmoid.class, Function.HARD_SIGMOID),
            Map.entry(ActivationReLU6.class, Function.RELU6),
            Map.entry(ActivationSELU.class, Function.SELU),
            Map.entry(ActivationSoftPlus.class, Function.SOFTPLUS),
            Map.entry(ActivationSoftSign.class, Function.SOFTSIGN),
            Map.entry(ActivationMish.class, Function.MISH),
            Map.entry(ActivationSwish.class, Function.SWISH),
            Map.entry(ActivationCube.class, Function.CUBE));

    private ActivationTranslator() {}

    static Operation activation(String name, IActivation function) {
        Function known = WITHOUT_PARAMETERS.get(function.getClass());
        if (known != null) {
            return new Activation(known);
        } else if (Exactly.equal(new ActivationReLU(), function)) { // no threshold, maximum or slope below 0
            return new Activation(Function.RELU);
        }
        return Exactly.as(ActivationLReLU.class, function)
                .<Operation>map(leaky -> new Activation(Function.LEAKY_RELU, leaky.getAlpha()))
                .or(() -> Exactly.as(ActivationThresholdedReLU.class, function)
                        .map(relu -> new Activation(Function.THRESHOLDED_RELU, relu.getTheta())))
                .or(() -> Exactly.as(ActivationELU.class, function)
                        .map(elu -> new Activation(Function.ELU, elu.getAlpha())))
                .or(() -> Exactly.as(ActivationGELU.class, function)
                        .map(gelu -> new Activation(gelu.isPrecise() ? Function.GELU_TANH : Function.GELU_SIGMOID)))
                .or(() -> Exactly.as(ActivationReLU.class, function).map(ActivationTranslator::bent))
                .or(() -> Exactly.as(ActivationSoftmax.class, function).map(softmax -> new Softmax(Over.CHANNELS)))
                .orElseThrow(() -> GraphTranslator.unsupported(
                        name, "activation " + function.getClass().getSimpleName() + " with these options"));
    }

    private static Operation bent(ActivationReLU relu) {
        return new BentRelu(
                relu.getMax() == null ? Double.POSITIVE_INFINITY : relu.getMax(),
                relu.getThreshold() == null ? 0 : relu.getThreshold(),
                relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope());
    }
}
