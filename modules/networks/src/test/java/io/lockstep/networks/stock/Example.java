package io.lockstep.networks.stock;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A small network that has a class in it. */
record Example(ComputationGraphConfiguration configuration, InputType input) {
    static final int CLASSES = 3;
    static final InputType VECTOR = InputType.feedForward(6);
    static final InputType IMAGE = InputType.convolutional(6, 6, 2, CNN2DFormat.NCHW);
    static final InputType SEQUENCE = InputType.recurrent(4, 5);
    static final InputType VOLUME = InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 4, 4, 4, 2);

    static NeuralNetConfiguration.Builder learning() {
        return new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(0.1));
    }

    /** Layers one after the other, of which the last is the output. */
    static Example row(InputType input, Layer... layers) {
        return row(learning(), input, layers);
    }

    static Example row(NeuralNetConfiguration.Builder learning, InputType input, Layer... layers) {
        GraphBuilder graph = learning.graphBuilder().addInputs("in");
        String from = "in";
        for (int i = 0; i < layers.length; i++) {
            String name = i == layers.length - 1 ? "out" : "layer" + i;
            graph.addLayer(name, layers[i], from);
            from = name;
        }
        return new Example(graph.setOutputs("out").setInputTypes(input).build(), input);
    }

    /** A layer, with an output behind it that tells classes apart. */
    static Example vector(Layer layer) {
        return row(VECTOR, layer, output());
    }

    static Example image(Layer layer) {
        return row(IMAGE, layer, output());
    }

    static Example volume(Layer layer) {
        return row(VOLUME, layer, new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), output());
    }

    static Example sequence(Layer layer) {
        return row(SEQUENCE, layer, steps());
    }

    /** A vertex that reads one or several dense layers, of 4 numbers each. */
    static Example vertex(GraphVertex vertex, int inputs) {
        GraphBuilder graph = learning().graphBuilder().addInputs("in");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            names.add("dense" + i);
            graph.addLayer("dense" + i, dense(), "in");
        }
        graph.addVertex("vertex", vertex, names.toArray(String[]::new)).addLayer("out", output(), "vertex");
        return new Example(graph.setOutputs("out").setInputTypes(VECTOR).build(), VECTOR);
    }

    /** A vertex that reads what comes in. */
    static Example vertex(GraphVertex vertex, InputType input, Layer output) {
        GraphBuilder graph = learning()
                .graphBuilder()
                .addInputs("in")
                .addVertex("vertex", vertex, "in")
                .addLayer("out", output, "vertex");
        return new Example(graph.setOutputs("out").setInputTypes(input).build(), input);
    }

    static DenseLayer dense() {
        return new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build();
    }

    static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }

    static RnnOutputLayer steps() {
        return new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }
}
