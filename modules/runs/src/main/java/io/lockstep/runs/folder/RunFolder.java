package io.lockstep.runs.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.Origin;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.JobFailedException;
import io.lockstep.training.checkpoint.CheckpointStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * The folder that a run leaves, on any file system that Hadoop reaches. The driver writes it, but for checkpoints. Wherever
 * it is killed, what the folder held is there when the run goes on: {@link WholeFiles}.
 */
public final class RunFolder implements AutoCloseable {
    private static final String CONFIG = "config.conf";
    private static final String SUBMISSION = "submission";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    /** What the run began with, if with a saved network. */
    public static final String INITIAL_MODEL = "initial.zip";
    /** The same, if with weights of another framework. */
    public static final String INITIAL_WEIGHTS = "initial.safetensors";
    /** What the setting was before it named that copy. */
    public static final String INITIAL_MODELS_ORIGIN = "initial.origin";

    private static final String TRACKING = "tracking";
    /** Of the run's end, for who keeps copies of them. */
    private static final List<String> RESULTS =
            List.of(CONFIG, "environment.json", "summary.json", "metrics.jsonl", "evaluations.jsonl");

    private static final String METRICS = "metrics.jsonl";
    private static final String EVALUATIONS = "evaluations.jsonl";

    /** What a start leaves that was killed before it had written the configuration. */
    private static final Set<String> BEFORE_CONFIG = Set.of(
            SUBMISSION,
            WholeFiles.beside(SUBMISSION),
            WholeFiles.beside(CONFIG),
            INITIAL_MODEL,
            INITIAL_WEIGHTS,
            INITIAL_MODELS_ORIGIN);

    private final Storage storage;
    private final String path;
    private final WholeFiles files;
    private final boolean made;
    private final List<MetricsLine> metrics = new ArrayList<>();
    private final List<EvaluationLine> evaluations = new ArrayList<>();
    private OutputStream metricsOut;
    private OutputStream evaluationsOut;
    private OutputStream tensorBoardOut;

    /** @param made whether it was not there before */
    private RunFolder(Storage storage, String path, boolean made) {
        this.storage = storage;
        this.path = path;
        this.files = new WholeFiles(storage, path);
        this.made = made;
    }

    /** What a run is called that nobody gave a folder. */
    public static String named(Configuration configuration) {
        String data = configuration.get(DataSettings.DATA).replaceAll("/+$", "").replaceAll(".*/", "");
        return "runs/" + configuration.get(DataSettings.MODEL) + "-" + data + "-"
                + LocalDateTime.now(ZoneId.systemDefault()).format(TIME);
    }

    /**
     * A new folder, or the one to go on with.
     *
     * @param submission of the call, or empty
     * @throws UsageException if it exists and is not to be resumed, or does not and is, or cannot be written
     */
    public static RunFolder open(Storage storage, String path, boolean resume, String submission) {
        try {
            boolean there = storage.exists(path);
            RunFolder folder = new RunFolder(storage, path, !there);
            boolean exists = folder.files.get(CONFIG).isPresent();
            if (exists && !resume) {
                throw new UsageException(path + " holds a run; go on with it by --resume, or choose another --run-dir");
            }
            if (!exists
                    && !resume
                    && there
                    && storage.list(path).stream()
                            .anyMatch(entry ->
                                    !BEFORE_CONFIG.contains(entry.name()) && !Storage.isHidden(entry.name()))) {
                throw new UsageException(path + " exists and is not empty; choose another --run-dir");
            }
            // what cannot be written is found now, rather than after the first epoch
            folder.files.put(SUBMISSION, submission.getBytes(StandardCharsets.UTF_8));
            return folder;
        } catch (IOException e) {
            throw new UsageException("cannot write the run folder " + path + ": " + e.getMessage(), e);
        }
    }

    /** Whether the same call has begun the run: its driver was lost, and the cluster has started it again. */
    public static boolean isOf(String submission, String path) {
        if (submission.isEmpty() || path.isEmpty()) {
            return false;
        }
        return isOf(submission, path, new HadoopStorage(SparkHadoopUtil.get().newConfiguration(new SparkConf())));
    }

    public static boolean isOf(String submission, String path, Storage storage) {
        var files = new WholeFiles(storage, path);
        try {
            return files.get(SUBMISSION)
                            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                            .filter(submission::equals)
                            .isPresent()
                    && files.get(CONFIG).isPresent();
        } catch (IOException e) {
            return false; // no run there, or what is wrong with it is told when it is opened
        }
    }

    /**
     * The configuration that a run was started with.
     *
     * @throws UsageException if there is no run
     */
    public static Configuration configuration(String path) {
        return configuration(path, new HadoopStorage(SparkHadoopUtil.get().newConfiguration(new SparkConf())));
    }

    public static Configuration configuration(String path, Storage storage) {
        String file = Storage.join(path, CONFIG);
        Configuration configuration = new Configuration();
        try {
            byte[] text = new WholeFiles(storage, path)
                    .get(CONFIG)
                    .orElseThrow(() -> new FileNotFoundException(file + ": no such file"));
            configuration.putAll(new String(text, StandardCharsets.UTF_8), file, Origin.RUN);
        } catch (IOException e) {
            throw new UsageException("no run to go on with in " + path + " (" + e.getMessage() + ")", e);
        }
        return configuration;
    }

    public String path() {
        return path;
    }

    /** Takes everything back: of a run that never began nothing stays, and the same call can be made again. */
    public void takeBack() throws IOException {
        close();
        for (Storage.Entry entry : storage.list(path)) {
            storage.delete(Storage.join(path, entry.name()));
        }
        if (made) {
            storage.delete(path);
        }
    }

    /** Whether there is one that a run could go on from. */
    public boolean hasCheckpoint() throws IOException {
        return new CheckpointStore(storage, checkpoints(), 1, warning -> {})
                .newestState()
                .isPresent();
    }

    public String checkpoints() {
        return Storage.join(path, "checkpoints");
    }

    /** From now on, only ranks of this owner write checkpoints: {@link CheckpointStore#claim}. */
    public void claimCheckpoints(String owner) {
        try {
            new CheckpointStore(storage, checkpoints(), 1, warning -> {}).claim(owner);
        } catch (IOException e) {
            throw new JobFailedException("cannot write the run folder " + path + ": " + e.getMessage(), e);
        }
    }

    public List<MetricsLine> metrics() {
        return metrics;
    }

    public List<EvaluationLine> evaluations() {
        return evaluations;
    }

    /** @param name within the folder: {@code plots/loss.png} */
    public void put(String name, byte[] content) throws IOException {
        try (OutputStream out = storage.create(Storage.join(path, name))) {
            out.write(content);
        }
    }

    public void putConfig(Configuration configuration) throws IOException {
        files.put(CONFIG, configuration.asText().getBytes(StandardCharsets.UTF_8));
    }

    public void putJson(String name, Object value) throws IOException {
        files.put(name, Json.pretty(value).getBytes(StandardCharsets.UTF_8));
    }

    /** By which a tracking server knows the run. */
    public Optional<String> trackingId() throws IOException {
        return files.get(TRACKING).map(bytes -> new String(bytes, StandardCharsets.UTF_8).trim());
    }

    public void keepTrackingId(String id) throws IOException {
        files.put(TRACKING, (id + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Its files that are there: configuration, environment, summary, logs, plots, and the newest checkpoint if that is asked for. */
    public List<Artifact> artifacts(boolean withCheckpoint) {
        List<Artifact> there = new ArrayList<>();
        try {
            Set<String> names = names(path);
            RESULTS.stream().filter(names::contains).forEach(name -> there.add(artifact(name)));
            if (names.contains("plots")) {
                names(Storage.join(path, "plots")).forEach(name -> there.add(artifact("plots/" + name)));
            }
            if (withCheckpoint) {
                newestCheckpoint().ifPresent(there::addAll);
            }
        } catch (IOException e) {
            System.err.println("lockstep: the files of " + path + " cannot be listed for tracking: " + e.getMessage());
        }
        return there;
    }

    private Optional<List<Artifact>> newestCheckpoint() throws IOException {
        var store = new CheckpointStore(storage, checkpoints(), 1, warning -> {});
        var newest = store.newestState();
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        String folder = store.path(newest.get().step());
        String name = "checkpoints/" + folder.substring(folder.lastIndexOf('/') + 1) + "/";
        return Optional.of(
                names(folder).stream().map(file -> artifact(name + file)).toList());
    }

    private Artifact artifact(String name) {
        return new Artifact(storage, path, name);
    }

    /** Sorted. */
    private Set<String> names(String folder) throws IOException {
        return storage.list(folder).stream().map(Storage.Entry::name).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Starts the logs, with what they held up to a step that a resumed run goes on from. */
    public void startLogs(long firstStep) throws IOException {
        close();
        metrics.clear();
        evaluations.clear();
        for (String line : lines(METRICS)) {
            parse(line, MetricsLine.class, metrics);
        }
        metrics.removeIf(line -> line.step() > firstStep);
        for (String line : lines(EVALUATIONS)) {
            parse(line, EvaluationLine.class, evaluations);
        }
        evaluations.removeIf(line -> line.step() > firstStep);
        Map<Long, EvaluationLine> last = new LinkedHashMap<>(); // a test that was made up for may have been before
        evaluations.forEach(line -> last.put(line.step(), line));
        evaluations.clear();
        evaluations.addAll(last.values());
        putBeside(METRICS, metrics);
        putBeside(EVALUATIONS, evaluations);
        metricsOut = storage.create(Storage.join(path, METRICS));
        evaluationsOut = storage.create(Storage.join(path, EVALUATIONS));
        tensorBoardOut = storage.create(Storage.join(path, TensorBoardRecords.FILE));
        append(tensorBoardOut, TensorBoardRecords.header());
        for (MetricsLine line : metrics) {
            append(line);
        }
        for (EvaluationLine line : evaluations) {
            append(line);
        }
        files.removeBeside(METRICS);
        files.removeBeside(EVALUATIONS);
    }

    /** What is kept of a log, until all of it stands in the new one. */
    private void putBeside(String name, List<?> kept) throws IOException {
        if (!kept.isEmpty()) {
            StringBuilder text = new StringBuilder();
            kept.forEach(line -> text.append(Json.line(line)));
            files.putBeside(name, text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private List<String> lines(String name) throws IOException {
        byte[] text = files.get(name).orElse(new byte[0]);
        return new String(text, StandardCharsets.UTF_8).lines().toList();
    }

    /** A driver that was killed may have left half a line at the end. */
    private static <T> void parse(String line, Class<T> type, List<T> lines) {
        try {
            lines.add(Json.parse(line, type));
        } catch (JsonProcessingException e) {
            System.err.println("lockstep: dropped an unreadable line of the log: " + e.getOriginalMessage());
        }
    }

    public void log(MetricsLine line) throws IOException {
        metrics.add(line);
        append(line);
    }

    public void log(EvaluationLine line) throws IOException {
        evaluations.removeIf(earlier -> earlier.step() == line.step());
        evaluations.add(line);
        append(line);
    }

    private void append(MetricsLine line) throws IOException {
        append(metricsOut, Json.line(line).getBytes(StandardCharsets.UTF_8));
        append(tensorBoardOut, TensorBoardRecords.of(line));
    }

    private void append(EvaluationLine line) throws IOException {
        append(evaluationsOut, Json.line(line).getBytes(StandardCharsets.UTF_8));
        append(tensorBoardOut, TensorBoardRecords.of(line));
    }

    /** @param out null where the log could not be opened */
    private static void append(OutputStream out, byte[] line) throws IOException {
        if (out == null) {
            throw new IOException("the log is not open");
        }
        out.write(line);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        try (var first = metricsOut;
                var second = evaluationsOut;
                var third = tensorBoardOut) {
            metricsOut = null;
            evaluationsOut = null;
            tensorBoardOut = null;
        }
    }
}
