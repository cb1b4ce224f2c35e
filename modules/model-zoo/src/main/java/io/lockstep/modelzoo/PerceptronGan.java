package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.games.Adversarial;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Generator and discriminator without convolutions: Goodfellow et al. 2014, section 5. */
final class PerceptronGan {
    private static final int LATENT = 100;
    private static final int[] GENERATOR = {256, 512, 1024};
    private static final int[] DISCRIMINATOR = {1024, 512, 256};
    private static final double SLOPE = 0.2;

    private PerceptronGan() {}

    static NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        InputType type = InputType.feedForward(LATENT);
        GraphBuilder graph = hyperparameters
                .newConfiguration(seed)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("latent");
        String last = "latent";
        for (int i = 0; i < GENERATOR.length; i++) {
            String name = "g" + (i + 1);
            graph.addLayer(
                    name,
                    new DenseLayer.Builder()
                            .nOut(GENERATOR[i])
                            .hasBias(false)
                            .activation(Activation.IDENTITY)
                            .build(),
                    last);
            graph.addLayer(
                    name + "_norm",
                    new BatchNormalization.Builder().useLogStd(true).eps(1e-5).build(),
                    name);
            graph.addLayer(name + "_activation", new ActivationLayer(new ActivationReLU()), name + "_norm");
            last = name + "_activation";
        }
        int pixels = input.channels() * input.height() * input.width();
        graph.addLayer(
                "generated",
                new DenseLayer.Builder()
                        .nOut(pixels)
                        .activation(Activation.TANH)
                        .build(),
                last);
        last = "generated";
        for (int i = 0; i < DISCRIMINATOR.length; i++) {
            graph.addLayer("d" + (i + 1), hidden(DISCRIMINATOR[i], hyperparameters.dropout()), last);
            last = "d" + (i + 1);
        }
        graph.addLayer(
                "output",
                new OutputLayer.Builder(LossFunction.XENT)
                        .nOut(1)
                        .activation(Activation.SIGMOID)
                        .build(),
                last);
        ComputationGraphConfiguration configuration =
                graph.setOutputs("output").setInputTypes(type).build();
        hyperparameters.separateUpdater(configuration, Set.of("d1", "d2", "d3", "output"));
        return new NetworkDefinition(
                hyperparameters.applyTo(configuration), type, Adversarial.of("generated", LATENT, 0));
    }

    private static DenseLayer hidden(int units, double inputDropout) {
        DenseLayer.Builder layer = new DenseLayer.Builder().nOut(units).activation(new ActivationLReLU(SLOPE));
        if (inputDropout > 0) {
            layer.dropOut(1 - inputDropout); // DL4J's is the probability of keeping
        }
        return layer.build();
    }
}
