package io.lockstep.networks;

import io.lockstep.networks.games.Game;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.stepfunctions.NegativeGradientStepFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.AdaBelief;

/**
 * Refuses, when a network is defined, what DL4J's own {@code fit} would heed in its configuration and Lockstep would not:
 * training goes on as if it were not there, otherwise.
 */
final class ConfigurationCheck {
    private ConfigurationCheck() {}

    /** @throws IllegalArgumentException naming the field, its value, and what to do */
    static void require(ComputationGraphConfiguration configuration, Game game) {
        if (configuration.getDataType() != DataType.FLOAT) {
            throw refusal("dataType", configuration.getDataType(), "is not trained; take FLOAT");
        }
        if (configuration.getBackpropType() == BackpropType.TruncatedBPTT
                && configuration.getTbpttFwdLength() != configuration.getTbpttBackLength()) {
            throw refusal(
                    "tbpttBackLength",
                    configuration.getTbpttBackLength(),
                    "is another than tbpttFwdLength = " + configuration.getTbpttFwdLength()
                            + "; gradients go back within blocks of one length, so set both to it");
        }
        require(configuration.getDefaultConfiguration());
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layer) {
                require(layer.getLayerConf());
            }
        });
        if (game != null && !configuration.getDefaultConfiguration().isMiniBatch()) {
            throw refusal(
                    "miniBatch",
                    false,
                    "is not for networks that play against each other, whose turns have a mean each");
        }
    }

    /** Of one layer, or of what layers have in common. */
    static void require(NeuralNetConfiguration configuration) {
        OptimizationAlgorithm algorithm = configuration.getOptimizationAlgo();
        if (algorithm != null && algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
            throw refusal("optimizationAlgo", algorithm, "is not there; take STOCHASTIC_GRADIENT_DESCENT");
        }
        if (configuration.getStepFunction() != null
                && !Exactly.is(NegativeGradientStepFunction.class, configuration.getStepFunction())) {
            throw refusal(
                    "stepFunction",
                    configuration.getStepFunction().getClass().getSimpleName(),
                    "is not there; parameters move by the negative gradient, which is DL4J's default");
        }
        if (!configuration.isMinimize()) {
            throw refusal("minimize", false, "is not there; the loss is minimised, so negate it");
        }
        if (configuration.getDataType() != DataType.FLOAT) {
            throw refusal("dataType", configuration.getDataType(), "is not trained; take FLOAT");
        }
        if (Wrapped.isOrWraps(configuration.getLayer(), ConfigurationCheck::isPReLUOfNoShape)) {
            throw new IllegalArgumentException(
                    "layer '" + configuration.getLayer().getLayerName() + "' is a PReLULayer"
                            + " without a shape, and DL4J does not find it out by itself; say it: new PReLULayer.Builder()"
                            + ".inputShape(...), of an example without the batch, as (channels, height, width) or (features)");
        }
        if (configuration.getLayer() instanceof BaseLayer layer
                && (layer.getIUpdater() instanceof AdaBelief || layer.getBiasUpdater() instanceof AdaBelief)) {
            throw new IllegalArgumentException("layer '" + layer.getLayerName()
                    + "' has the updater AdaBelief, whose state DL4J 1.0.0-M2.1 cannot set up; take Adam");
        }
    }

    private static boolean isPReLUOfNoShape(Layer layer) {
        return layer instanceof PReLULayer relu && relu.getInputShape() == null;
    }

    private static IllegalArgumentException refusal(String field, Object value, String why) {
        return new IllegalArgumentException("the network's " + field + " = " + value + " " + why);
    }
}
