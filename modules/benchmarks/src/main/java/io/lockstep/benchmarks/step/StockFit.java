package io.lockstep.benchmarks.step;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.NetworkDefinition;
import java.nio.ByteOrder;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.CrashReportingUtil;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** A configuration of the zoo, trained as a Deeplearning4j user would: {@link ComputationGraph#fit(DataSet)}. */
public final class StockFit implements AutoCloseable {
    public static final double LEARNING_RATE = 1e-6;

    private final ComputationGraph graph;
    private final DataSet examples;

    /** @throws IllegalArgumentException if the network does not choose one class for an example */
    public StockFit(NetworkDefinition definition, Batch batch) {
        if (definition.labelsOfExample() != 1) {
            throw new IllegalArgumentException("runtime = stock takes networks that choose one class for an example");
        }
        CrashReportingUtil.crashDumpsEnabled(false); // its library of machine facts is not shipped
        graph = new ComputationGraph(SerializationUtils.clone(definition.configuration()));
        graph.init();
        graph.setLearningRate(LEARNING_RATE);
        float[] features = new float[batch.size() * definition.featureSize()];
        batch.features()
                .duplicate()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .get(features);
        long[] shape = definition.input().getShape(true);
        shape[0] = batch.size();
        float[][] labels = new float[batch.size()][definition.classes()];
        for (int i = 0; i < labels.length; i++) {
            labels[i][batch.labels().get(i)] = 1;
        }
        examples = new DataSet(Nd4j.create(features, shape, 'c'), Nd4j.createFromArray(labels));
    }

    /** One step. */
    public void fit() {
        graph.fit(examples);
    }

    @Override
    public void close() {
        graph.close();
    }
}
