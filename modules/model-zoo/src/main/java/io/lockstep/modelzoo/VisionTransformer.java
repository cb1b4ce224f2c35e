package io.lockstep.modelzoo;

import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.layers.ClassTokenLayer;
import io.lockstep.networks.layers.ImageToSequence;
import io.lockstep.networks.layers.TakeStepLayer;
import io.lockstep.networks.weights.NameTable;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * ViT: Dosovitskiy et al. 2021, section 3.1: patches projected to a sequence, a class token before them, learned
 * positions, pre-norm blocks with GELU and biases, and the class token classified. Smaller than the paper's, for small
 * pictures.
 *
 * @param patch pixels of its side; divides the pictures' sides
 */
record VisionTransformer(int patch, int blocks, int heads, int width) implements Model.Architecture {
    @Override
    public List<NameTable> weightNames() {
        return WeightNames.visionTransformer();
    }

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        if (input.height() % patch != 0 || input.width() % patch != 0) {
            throw new IllegalArgumentException("patches of " + patch + "x" + patch + " do not divide pictures of "
                    + input.height() + "x" + input.width());
        }
        InputType type = InputType.convolutional(input.height(), input.width(), input.channels(), CNN2DFormat.NHWC);
        GraphBuilder builder =
                hyperparameters.newConfiguration(seed).graphBuilder().addInputs(ImageGraph.INPUT);
        builder.addLayer(
                "patches",
                new ConvolutionLayer.Builder(patch, patch)
                        .stride(patch, patch)
                        .nOut(width)
                        .activation(Activation.IDENTITY)
                        .weightInit(SequenceGraph.initial())
                        .dataFormat(CNN2DFormat.NHWC)
                        .build(),
                ImageGraph.INPUT);
        ImageToSequence sequence =
                new ImageToSequence(ImageToSequence.Steps.PIXELS, input.height() / patch, input.width() / patch, width);
        ClassTokenLayer token = new ClassTokenLayer.Builder()
                .weightInit(SequenceGraph.initial())
                .build();
        builder.addLayer("token", token, sequence, "patches");
        SequenceGraph graph = new SequenceGraph(builder, hyperparameters, blocks, true);
        String last = graph.transformer("token", width, heads, false);
        last = graph.layer("class", last, new TakeStepLayer.Builder(TakeTimeStep.Which.FIRST).build());
        builder.addLayer("output", ImageGraph.softmax(input.classes()), last)
                .setOutputs("output")
                .setInputTypes(type);
        return new NetworkDefinition(hyperparameters.applyTo(builder.build()), type);
    }
}
