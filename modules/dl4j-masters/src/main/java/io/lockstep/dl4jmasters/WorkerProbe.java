package io.lockstep.dl4jmasters;

import io.lockstep.spark.DriverNotes;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Watches a worker's local steps and tells the driver of each. It only reads.
 *
 * <pre>
 *   preUpdate            of parameter averaging; in gradient sharing the end of the step before stands for it
 *     onForwardPass      predictions, at the output layer's input
 *     onBackwardPass     loss
 *     onGradientCalculation
 *   iterationDone        parameters have changed
 * </pre>
 *
 * <p>Not through Spark's accumulators: gradient sharing keeps the network, and with it this listener, beyond the task
 * that brought it.
 */
final class WorkerProbe extends BaseTrainingListener implements TrainingHook {
    private static final long serialVersionUID = 1;

    private final String topic;
    private final boolean mesh;

    private transient long startNanos;
    private transient long gradientNanos;
    private transient INDArray predicted;
    private transient int examples;
    private transient int correct;
    private transient double loss;
    private transient long sentBefore;

    /** @param mesh whether DL4J's own transport carries the exchange */
    WorkerProbe(String topic, boolean mesh) {
        this.topic = topic;
        this.mesh = mesh;
    }

    @Override
    public void preUpdate(DataSet minibatch, Model model) {
        startNanos = System.nanoTime();
    }

    @Override
    public void preUpdate(MultiDataSet minibatch, Model model) {
        startNanos = System.nanoTime();
    }

    @Override
    public void postUpdate(DataSet minibatch, Model model) {}

    @Override
    public void postUpdate(MultiDataSet minibatch, Model model) {}

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> activations) {
        if (startNanos == 0) { // the first step: what was sent before it was the mesh forming
            startNanos = System.nanoTime();
            sentBefore = mesh ? MeshTraffic.bytesSent() : 0;
        }
        predicted = predictions((ComputationGraph) model, activations);
    }

    /** The output layer's own activations are not among DL4J's yet; a softmax does not change which class is largest. */
    private static INDArray predictions(ComputationGraph graph, Map<String, INDArray> activations) {
        String output = graph.getConfiguration().getNetworkOutputs().get(0);
        Layer layer = graph.getLayer(output);
        String before = graph.getConfiguration().getVertexInputs().get(output).get(0);
        return activations
                .get(before)
                .mmul(layer.getParam(DefaultParamInitializer.WEIGHT_KEY))
                .addiRowVector(layer.getParam(DefaultParamInitializer.BIAS_KEY)) // (examples, classes)
                .argMax(1);
    }

    @Override
    public void onBackwardPass(Model model) {
        ComputationGraph graph = (ComputationGraph) model;
        INDArray labels = ((IOutputLayer) graph.getOutputLayer(0)).getLabels(); // (examples, classes)
        INDArray expected = labels.argMax(1);
        examples = Math.toIntExact(labels.size(0));
        correct = 0;
        for (int i = 0; i < examples; i++) {
            if (predicted.getInt(i) == expected.getInt(i)) {
                correct++;
            }
        }
        loss = graph.score() - graph.calcRegularizationScore(true);
    }

    @Override
    public void onGradientCalculation(Model model) {
        gradientNanos = System.nanoTime();
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
        long now = System.nanoTime();
        long sent = mesh ? MeshTraffic.bytesSent() : 0;
        DriverNotes.send(
                topic,
                new WorkerStep(
                        SparkEnv.get().executorId(),
                        examples,
                        loss * examples,
                        correct,
                        gradientNanos - startNanos,
                        now - gradientNanos,
                        sent - sentBefore));
        sentBefore = sent;
        startNanos = System.nanoTime();
    }
}
