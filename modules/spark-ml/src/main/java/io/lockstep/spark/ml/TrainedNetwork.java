package io.lockstep.spark.ml;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.List;

/**
 * A network with its parameters, and what examples it reads. Travels to executors.
 *
 * @param network as {@link NetworkText} has it, with its inputs told
 * @param model what DL4J's ModelSerializer reads
 * @param facts of its examples
 * @param summary of the fit
 */
record TrainedNetwork(String network, byte[] model, Facts facts, LockstepTrainingSummary summary)
        implements Serializable {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String NETWORK = "network.json";
    private static final String MODEL = "model.zip";
    private static final String FACTS = "examples.json";
    private static final String SUMMARY = "summary.json";

    /**
     * @param inputs fields that the network's inputs read
     * @param shapes of the columns of the inputs, in the order of the fields
     * @param classes whether it tells classes
     * @param width numbers that it predicts, or classes
     * @param classNames one a class, or none
     * @param mean of pictures' channels, see {@link Normalization}; null where there are no pictures
     * @param deviation of pictures' channels
     */
    record Facts(
            List<FieldShape> inputs,
            List<List<Integer>> shapes,
            boolean classes,
            int width,
            List<String> classNames,
            float[] mean,
            float[] deviation)
            implements Serializable {
        Normalization normalization() {
            return mean == null ? null : new Normalization(mean, deviation);
        }

        List<Field> fields() {
            return inputs.stream()
                    .map(input -> new Field(input.name(), Field.Type.FLOAT32, input.shape()))
                    .toList();
        }
    }

    record FieldShape(String name, List<Integer> shape) implements Serializable {}

    void write(Storage storage, String path) throws IOException {
        StageFiles.write(storage, Storage.join(path, NETWORK), network);
        StageFiles.write(storage, Storage.join(path, FACTS), JSON.writeValueAsString(facts));
        StageFiles.write(storage, Storage.join(path, SUMMARY), JSON.writeValueAsString(summary));
        try (OutputStream out = storage.create(Storage.join(path, MODEL))) {
            out.write(model);
        }
    }

    static TrainedNetwork read(Storage storage, String path) throws IOException {
        return new TrainedNetwork(
                new String(
                        StageFiles.read(storage, Storage.join(path, NETWORK)), java.nio.charset.StandardCharsets.UTF_8),
                StageFiles.read(storage, Storage.join(path, MODEL)),
                JSON.readValue(StageFiles.read(storage, Storage.join(path, FACTS)), Facts.class),
                JSON.readValue(StageFiles.read(storage, Storage.join(path, SUMMARY)), LockstepTrainingSummary.class));
    }
}
