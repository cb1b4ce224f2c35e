package io.lockstep.spark.ml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.HadoopStorage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;

/**
 * A saved stage, as Spark's own are: a folder with {@code metadata/part-00000}, one line of JSON with class, uid and
 * parameters. A {@code Pipeline} finds the class by it and calls its {@code read()}.
 */
final class StageFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METADATA = "metadata";
    private static final String LINE = METADATA + "/part-00000";

    private StageFiles() {}

    /** What a stage has beside its parameters. */
    @FunctionalInterface
    interface Content {
        void write(Storage storage, String path) throws IOException;
    }

    /** A stage without its parameters. */
    @FunctionalInterface
    interface Maker<T> {
        T make(String uid, Storage storage, String path) throws IOException;
    }

    static MLWriter writer(Params stage, Content content) {
        return new MLWriter() {
            @Override
            public void saveImpl(String path) {
                Storage storage = new HadoopStorage(sc().hadoopConfiguration());
                try {
                    content.write(storage, path);
                    write(storage, Storage.join(path, LINE), metadata(stage, sc()) + "\n");
                    write(storage, Storage.join(path, METADATA + "/_SUCCESS"), "");
                } catch (IOException e) {
                    throw new UncheckedIOException(
                            "cannot save " + stage.uid() + " to " + path + ": " + e.getMessage(), e);
                }
            }
        };
    }

    static <T extends Params> MLReader<T> reader(Class<T> kind, Maker<T> maker) {
        return new MLReader<>() {
            @Override
            public T load(String path) {
                Storage storage = new HadoopStorage(sc().hadoopConfiguration());
                try {
                    JsonNode metadata = JSON.readTree(read(storage, Storage.join(path, LINE)));
                    String found = metadata.path("class").asText();
                    if (!found.equals(kind.getName())) {
                        throw new UsageException(path + " holds a " + found + ", not a " + kind.getName());
                    }
                    T stage = maker.make(metadata.path("uid").asText(), storage, path);
                    set(stage, metadata);
                    return stage;
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot load " + path + ": " + e.getMessage(), e);
                }
            }
        };
    }

    static void write(Storage storage, String path, String text) throws IOException {
        try (OutputStream out = storage.create(path)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    static byte[] read(Storage storage, String path) throws IOException {
        try (InputStream in = storage.open(path)) {
            return in.readAllBytes();
        }
    }

    private static String metadata(Params stage, SparkContext spark) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("class", stage.getClass().getName());
        json.put("timestamp", System.currentTimeMillis());
        json.put("sparkVersion", spark.version());
        json.put("uid", stage.uid());
        ObjectNode set = json.putObject("paramMap");
        ObjectNode defaults = json.putObject("defaultParamMap");
        for (Param<?> param : stage.params()) {
            if (stage.isSet(param)) {
                set.set(param.name(), encoded(param, stage.get(param).get()));
            }
            if (stage.hasDefault(param)) {
                defaults.set(
                        param.name(), encoded(param, stage.getDefault(param).get()));
            }
        }
        return json.toString();
    }

    @SuppressWarnings("unchecked") // a parameter's own value
    private static JsonNode encoded(Param<?> param, Object value) throws IOException {
        return JSON.readTree(((Param<Object>) param).jsonEncode(value));
    }

    /** Parameters that this version does not know would change what the stage does; they are refused by their names. */
    @SuppressWarnings("unchecked") // a parameter's own value
    private static void set(Params stage, JsonNode metadata) {
        metadata.path("defaultParamMap").fields().forEachRemaining(entry -> {
            if (stage.hasParam(entry.getKey())) {
                Param<Object> param = stage.getParam(entry.getKey());
                stage.setDefault(param, param.jsonDecode(entry.getValue().toString()));
            }
        });
        metadata.path("paramMap").fields().forEachRemaining(entry -> {
            Param<Object> param = stage.getParam(entry.getKey());
            stage.set(param, param.jsonDecode(entry.getValue().toString()));
        });
    }
}
