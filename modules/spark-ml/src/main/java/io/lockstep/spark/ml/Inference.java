package io.lockstep.spark.ml;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.LabelKind;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.training.Answers;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A trained network that is asked about examples. The thread that opens it asks and closes it. */
final class Inference implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LockstepModel.class);

    private final Replica replica;
    private final Field labels;

    private Inference(Replica replica, Field labels) {
        this.replica = replica;
        this.labels = labels;
    }

    /** @param batch examples at once, at most */
    static Inference open(TrainedNetwork trained, int batch, int threads) {
        NetworkDefinition definition = definition(trained);
        String output = definition.configuration().getNetworkOutputs().get(0);
        NetworkDefinition probabilities;
        Field labels = new Field(
                definition.plan().outputs().get(0).column(),
                Field.Type.FLOAT32,
                List.of(trained.facts().width()));
        Configuration settings = new Configuration();
        try {
            // told numbers, a network hands out what its last layer says; of classes, scores of some kind
            probabilities = definition.withFeeds(definition.feeds().kind(output, LabelKind.VALUES));
        } catch (IllegalArgumentException e) { // a loss of classes alone, of which DL4J hands out the probabilities
            probabilities = definition;
            labels = Field.int32(labels.name());
            settings.put("runtime", "dl4j");
        }
        Replica replica = replica(trained, probabilities, settings, batch, threads);
        try {
            replica.load(new ByteArrayInputStream(trained.model()));
        } catch (IOException e) {
            replica.close();
            throw new UncheckedIOException("the saved network cannot be read: " + e.getMessage(), e);
        }
        return new Inference(replica, labels);
    }

    private static Replica replica(
            TrainedNetwork trained, NetworkDefinition network, Configuration settings, int batch, int threads) {
        ImageShape shape = ImageShape.ofFeatures(trained.facts().fields());
        var setup = new ReplicaFactory.Setup(
                shape, trained.facts().classNames().size(), batch, 0, threads, notice -> LOG.info("{}", notice));
        settings.put("model", "own");
        return Networks.replicas(Networks.own(network).under(settings), RuntimeSettings.of(settings))
                .create(setup);
    }

    static NetworkDefinition definition(TrainedNetwork trained) {
        NetworkText text = NetworkText.parse(trained.network());
        return new NetworkDefinition(text.graph(), text.inputs(), null, text.feeds());
    }

    /** How it wants pictures. */
    FeatureLayout layout() {
        return replica.featureLayout();
    }

    /** A batch for its examples, of which the labels are there and are not looked at. */
    Batch batch(List<Field> inputs, int examples) {
        List<Field> fields = new ArrayList<>(inputs);
        fields.add(labels);
        return Batch.allocate(fields, examples);
    }

    /** (examples, width) of what the network says, a copy. */
    float[] ask(Batch batch, int width) {
        Answers answers = replica.evaluate(batch);
        float[] outputs = new float[batch.size() * width];
        answers.outputs().get(0, outputs);
        return outputs;
    }

    @Override
    public void close() {
        replica.close();
    }
}
