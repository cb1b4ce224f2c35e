package io.lockstep.networks.dl4j;

import java.util.Optional;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.training.CenterLossOutputLayer;
import org.deeplearning4j.nn.params.CenterLossParamInitializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The centres of a center loss (Wen et al. 2016, equation 4). A class's centre moves by a sum over the examples of the class
 * in the batch, divided by one more than there are of them; DL4J divides in backward, so that the gradients of two parts of
 * a batch do not add up to that of the whole. Here the gradient stays a sum until the update, which divides by the examples of
 * all parts. They are those of this rank: such a network is trained on one.
 */
final class ClassCentres {
    private final INDArray gradient; // (classes, features), a view
    private final INDArray counted; // (classes, 1)
    private long seedOfStep;

    private ClassCentres(INDArray gradient) {
        this.gradient = gradient;
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            counted = Nd4j.zeros(DataType.FLOAT, gradient.size(0), 1);
        }
    }

    /** Empty if the network's first output has no such loss, or its centres have a gradient like others (DL4J's checks). */
    static Optional<ClassCentres> of(ComputationGraph graph, Gradient gradients) {
        GraphVertex vertex =
                graph.getVertex(graph.getConfiguration().getNetworkOutputs().get(0));
        if (!(vertex.getLayer() instanceof CenterLossOutputLayer layer)
                || layer.layerConf().getGradientCheck()) {
            return Optional.empty();
        }
        String key = vertex.getVertexName() + "_" + CenterLossParamInitializer.CENTER_KEY;
        return Optional.of(new ClassCentres(gradients.getGradientFor(key)));
    }

    /** Before backward of a batch of a step, or of a part of one: what has another seed belongs to another step. */
    void begin(long randomSeed) {
        if (randomSeed != seedOfStep) {
            counted.assign(0);
        }
        seedOfStep = randomSeed;
    }

    /**
     * After backward: takes DL4J's division back.
     *
     * @param labels of the batch, (examples, classes)
     */
    void sum(INDArray labels) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            INDArray examples = labels.sum(0).reshape(counted.shape());
            counted.addi(examples);
            gradient.muliColumnVector(examples.addi(1));
        }
    }

    /** Before the update: divides by the examples of all of the step's batches. */
    void divide() {
        gradient.diviColumnVector(counted.addi(1));
        counted.assign(0);
    }
}
