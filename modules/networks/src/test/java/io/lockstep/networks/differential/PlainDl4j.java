package io.lockstep.networks.differential;

import io.lockstep.networks.OffHeap;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's own {@code fit}, in which nothing of Lockstep's takes part. */
final class PlainDl4j {
    private PlainDl4j() {}

    /** Some networks DL4J itself cannot train: constraints that do not fit a layer, geometries that its operations refuse. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(RuntimeException cause) {
            super(cause);
        }
    }

    /** The same with whatever ND4J has: a network that DL4J runs for Lockstep may be refused by ND4J's oneDNN helpers alone. */
    static void requireRuns(RandomNetwork network, float[] parameters, List<Examples> batches) throws RefusedException {
        train(network, parameters, batches, DataType.FLOAT, true);
    }

    /**
     * A step on each batch, without ND4J's oneDNN helpers, which compute dilated pooling undilated.
     *
     * @param parameters to begin with
     * @throws RefusedException if DL4J cannot do it
     */
    static Course train(RandomNetwork network, float[] parameters, List<Examples> batches, DataType type)
            throws RefusedException {
        return train(network, parameters, batches, type, false);
    }

    private static Course train(
            RandomNetwork network, float[] parameters, List<Examples> batches, DataType type, boolean withHelpers)
            throws RefusedException {
        boolean helpers = Nd4j.getEnvironment().helpersAllowed();
        Nd4j.getEnvironment().allowHelpers(withHelpers);
        try {
            ComputationGraphConfiguration configuration =
                    SerializationUtils.clone(network.definition().configuration());
            configuration.setDataType(type);
            ComputationGraph graph = new ComputationGraph(configuration);
            graph.init();
            graph.setParams(Nd4j.createFromArray(parameters).castTo(type).reshape(1, parameters.length));
            Gradients gradients = new Gradients();
            graph.setListeners(gradients);
            List<Double> losses = new ArrayList<>();
            List<double[]> after = new ArrayList<>();
            // which a LossLayer divides by the batch in any case
            boolean mean = configuration.getDefaultConfiguration().isMiniBatch()
                    || graph.getOutputLayer(0).conf().getLayer() instanceof LossLayer;
            for (Examples examples : batches) {
                graph.fit(examples.multiDataSet(type, graph.getNumOutputArrays()));
                losses.add(gradients.loss * (mean ? examples.size() : 1));
                after.add(numbers(graph.params()));
            }
            OffHeap.free(graph);
            return new Course(gradients.sums, losses, after);
        } catch (RuntimeException e) {
            throw new RefusedException(e);
        } finally {
            Nd4j.getEnvironment().allowHelpers(helpers);
        }
    }

    /** What DL4J has between backward and the updater, which works in the gradient's memory. */
    private static final class Gradients extends BaseTrainingListener {
        private final List<double[]> sums = new ArrayList<>();
        private double loss;

        @Override
        public void onGradientCalculation(Model model) {
            ComputationGraph graph = (ComputationGraph) model;
            sums.add(numbers(graph.getFlattenedGradients()));
            loss = graph.score() - graph.calcRegularizationScore(true);
        }
    }

    private static double[] numbers(INDArray array) {
        return array.dup('c').reshape(array.length()).toDoubleVector();
    }
}
