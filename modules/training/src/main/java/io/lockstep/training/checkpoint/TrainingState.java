package io.lockstep.training.checkpoint;

import io.lockstep.training.Evaluation;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What a checkpoint knows beside the model: enough to go on with the very example that comes next. Random numbers and
 * the position in the epoch need no words of their own, as both are functions of (seed, step).
 *
 * @param step updates done
 * @param model name in the zoo
 * @param data name or path of the training set
 * @param examples in the training set
 * @param globalBatch examples per step
 * @param seed of order, augmentation and noise
 * @param strategy that trained it
 * @param worldSize ranks that trained it; resuming with another number is allowed
 * @param test how the model did on the test set; null where it was not tested at this step
 */
public record TrainingState(
        long step,
        String model,
        String data,
        long examples,
        int globalBatch,
        long seed,
        String strategy,
        int worldSize,
        Evaluation test) {
    private static final String TEST = "test-";

    /** Of the layout of a checkpoint's files. */
    static final int FORMAT_VERSION = 1;

    /** Not tested. */
    public TrainingState(
            long step,
            String model,
            String data,
            long examples,
            int globalBatch,
            long seed,
            String strategy,
            int worldSize) {
        this(step, model, data, examples, globalBatch, seed, strategy, worldSize, null);
    }

    public TrainingState withTest(Evaluation evaluation) {
        return new TrainingState(step, model, data, examples, globalBatch, seed, strategy, worldSize, evaluation);
    }

    String toText() {
        Map<String, Object> lines = new TreeMap<>();
        lines.put("format-version", FORMAT_VERSION);
        lines.put("step", step);
        lines.put("model", model);
        lines.put("data", data);
        lines.put("examples", examples);
        lines.put("global-batch", globalBatch);
        lines.put("seed", seed);
        lines.put("strategy", strategy);
        lines.put("world-size", worldSize);
        if (test != null) {
            lines.put("test-examples", test.examples());
            lines.put("test-loss", test.loss());
            test.metrics().forEach((word, value) -> lines.put(TEST + word, value));
        }
        StringBuilder text = new StringBuilder();
        lines.forEach((key, value) ->
                text.append(key).append(" = ").append(escape(value)).append('\n'));
        return text.toString();
    }

    private static String escape(Object value) {
        return value.toString().replace("\\", "\\\\").replace("\n", "\\n");
    }

    static TrainingState fromText(String text) throws IOException {
        Properties lines = new Properties();
        lines.load(new StringReader(text));
        int version = Integer.parseInt(required(lines, "format-version"));
        if (version != FORMAT_VERSION) {
            throw new IOException("the checkpoint has format version " + version + ", this Lockstep reads version "
                    + FORMAT_VERSION + "; resume with the Lockstep that wrote it");
        }
        return new TrainingState(
                Long.parseLong(required(lines, "step")),
                required(lines, "model"),
                required(lines, "data"),
                Long.parseLong(required(lines, "examples")),
                Integer.parseInt(required(lines, "global-batch")),
                Long.parseLong(required(lines, "seed")),
                required(lines, "strategy"),
                Integer.parseInt(required(lines, "world-size")),
                lines.containsKey("test-loss") ? test(lines) : null);
    }

    private static Evaluation test(Properties lines) throws IOException {
        Map<String, Double> metrics = new TreeMap<>();
        for (String key : lines.stringPropertyNames()) {
            if (key.startsWith(TEST) && !key.equals("test-examples") && !key.equals("test-loss")) {
                metrics.put(key.substring(TEST.length()), Double.parseDouble(lines.getProperty(key)));
            }
        }
        return new Evaluation(
                Long.parseLong(required(lines, "test-examples")),
                Double.parseDouble(required(lines, "test-loss")),
                metrics);
    }

    private static String required(Properties lines, String key) throws IOException {
        String value = lines.getProperty(key);
        if (value == null) {
            throw new IOException("the checkpoint's state lacks '" + key + "'");
        }
        return value;
    }

    /**
     * Refuses to continue another run's trajectory.
     *
     * @param mine the state that this run would be in
     * @throws ForeignCheckpointException naming the first difference
     */
    public void requireContinuable(TrainingState mine) throws ForeignCheckpointException {
        requireEqual("model", model, mine.model);
        requireEqual("examples in the training set", examples, mine.examples);
        requireEqual("global-batch", globalBatch, mine.globalBatch);
        requireEqual("seed", seed, mine.seed);
    }

    private static void requireEqual(String what, Object theirs, Object mine) throws ForeignCheckpointException {
        if (!theirs.equals(mine)) {
            throw new ForeignCheckpointException("the checkpoint was written with " + what + " " + theirs
                    + ", this run has " + mine + "; resume with the former, or train into another --run-dir");
        }
    }
}
