package io.lockstep.mlflow;

import io.lockstep.runs.folder.Artifact;
import io.lockstep.runs.tracking.RunEnd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * MLflow's file store, which {@code mlflow ui --backend-store-uri} shows:
 *
 * <pre>
 * mlruns/
 *   .trash/
 *   0/meta.yaml                         the experiment Default
 *   EXPERIMENT/meta.yaml                experiment_id, name, artifact_location, lifecycle_stage, times
 *   EXPERIMENT/RUN/meta.yaml            run_id, status, start_time, end_time, artifact_uri, ...
 *   EXPERIMENT/RUN/params/KEY           a value
 *   EXPERIMENT/RUN/tags/KEY             a value
 *   EXPERIMENT/RUN/metrics/KEY          lines of: milliseconds value step
 *   EXPERIMENT/RUN/artifacts/PATH
 * </pre>
 */
final class FileStore implements MlflowStore {
    private static final String META = "meta.yaml";
    // mlflow.entities.RunStatus
    private static final Map<RunEnd, Integer> STATUS = Map.of(RunEnd.FINISHED, 3, RunEnd.FAILED, 4, RunEnd.KILLED, 5);
    private static final int RUNNING = 1;
    private static final int SOURCE_TYPE_LOCAL = 4;

    /** One makes experiments at a time: in this process by this lock, among processes by that of a file. */
    private static final Object EXPERIMENTS = new Object();

    private final Path root;
    private final String experiment;
    private Path folder;
    /** Of {@link #folder}'s meta.yaml, in its order; as they stand there. */
    private Map<String, String> meta = new LinkedHashMap<>();

    FileStore(Path root, String experiment) {
        this.root = root;
        this.experiment = experiment;
    }

    @Override
    public Known create(String name, long startMillis) throws IOException {
        Path ofExperiment = experimentFolder(startMillis);
        String id = UUID.randomUUID().toString().replace("-", "");
        folder = ofExperiment.resolve(id);
        for (String each : List.of("artifacts", "metrics", "params", "tags")) {
            Files.createDirectories(folder.resolve(each));
        }
        meta = new LinkedHashMap<>();
        meta.put("artifact_uri", Yaml.text(uri(folder.resolve("artifacts"))));
        meta.put("end_time", "null");
        meta.put("entry_point_name", "''");
        meta.put("experiment_id", Yaml.text(ofExperiment.getFileName().toString()));
        meta.put("lifecycle_stage", "active");
        meta.put("run_id", Yaml.text(id));
        meta.put("run_name", Yaml.text(name));
        meta.put("run_uuid", Yaml.text(id));
        meta.put("source_name", "''");
        meta.put("source_type", Integer.toString(SOURCE_TYPE_LOCAL));
        meta.put("source_version", "''");
        meta.put("start_time", Long.toString(startMillis));
        meta.put("status", Integer.toString(RUNNING));
        meta.put("tags", "[]");
        meta.put("user_id", Yaml.text(System.getProperty("user.name", "")));
        Yaml.write(folder.resolve(META), meta);
        write("tags", "mlflow.runName", name);
        return Known.fresh(id);
    }

    private Path experimentFolder(long now) throws IOException {
        synchronized (EXPERIMENTS) {
            boolean fresh = !Files.isDirectory(root);
            Files.createDirectories(root.resolve(".trash"));
            Path file = root.resolve(".lockstep.lock"); // MLflow looks at folders alone
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                if (fresh) {
                    makeExperiment("0", "Default", now);
                }
                Path found = findExperiment();
                return found != null && lock.isValid() ? found : makeExperiment(freshId(), experiment, now);
            }
        }
    }

    /** Null if there is none of that name. */
    private Path findExperiment() throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (Path each : folders) {
                Path file = each.resolve(META);
                if (Files.isRegularFile(file) && experiment.equals(Yaml.read(file, "name"))) {
                    return each;
                }
            }
        }
        return null;
    }

    /** Eighteen digits, as MLflow's own. */
    private static String freshId() {
        return Long.toString(
                ThreadLocalRandom.current().nextLong(100_000_000_000_000_000L, 1_000_000_000_000_000_000L));
    }

    private Path makeExperiment(String id, String name, long now) throws IOException {
        Path made = Files.createDirectories(root.resolve(id));
        Map<String, String> values = new LinkedHashMap<>();
        values.put("artifact_location", Yaml.text(uri(made)));
        values.put("creation_time", Long.toString(now));
        values.put("experiment_id", Yaml.text(id));
        values.put("last_update_time", Long.toString(now));
        values.put("lifecycle_stage", "active");
        values.put("name", Yaml.text(name));
        Yaml.write(made.resolve(META), values);
        return made;
    }

    /** Without the slash that Java puts behind a folder. */
    private static String uri(Path folder) {
        return folder.toUri().toString().replaceFirst("/+$", "");
    }

    @Override
    public Known resume(String id) throws IOException {
        folder = find(id);
        if (folder == null) {
            return null;
        }
        meta = Yaml.read(folder.resolve(META));
        meta.put("status", Integer.toString(RUNNING));
        meta.put("end_time", "null");
        Yaml.write(folder.resolve(META), meta);
        Map<String, String> parameters = new HashMap<>();
        for (Path file : files("params")) {
            parameters.put(file.getFileName().toString(), Files.readString(file));
        }
        Map<String, Long> lastSteps = new HashMap<>();
        for (Path file : files("metrics")) {
            lastSteps.put(file.getFileName().toString(), lastStep(file));
        }
        return new Known(id, parameters, lastSteps);
    }

    private Path find(String id) throws IOException {
        if (!id.matches("[0-9a-f]{32}") || !Files.isDirectory(root)) { // of a server perhaps, which was asked before
            return null;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (Path each : folders) {
                if (Files.isRegularFile(each.resolve(id).resolve(META))) {
                    return each.resolve(id);
                }
            }
        }
        return null;
    }

    private List<Path> files(String kind) throws IOException {
        try (var files = Files.list(folder.resolve(kind))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** The greatest one: a line that was cut off when its writer was killed has none. */
    private static long lastStep(Path file) throws IOException {
        long last = 0;
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ");
            if (words.length == 3 && words[2].matches("\\d{1,18}")) {
                last = Math.max(last, Long.parseLong(words[2]));
            }
        }
        return last;
    }

    @Override
    public void log(List<Metric> metrics) throws IOException {
        Map<String, StringBuilder> lines = new LinkedHashMap<>();
        for (Metric metric : metrics) {
            lines.computeIfAbsent(metric.key(), key -> new StringBuilder())
                    .append(String.format(
                                    Locale.ROOT, "%d %s %d%n", metric.epochMillis(), metric.value(), metric.step())
                            .replace("\r\n", "\n"));
        }
        for (Map.Entry<String, StringBuilder> each : lines.entrySet()) {
            Files.writeString(
                    folder.resolve("metrics").resolve(each.getKey()),
                    each.getValue(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    @Override
    public void describe(Map<String, String> parameters, Map<String, String> tags) throws IOException {
        for (Map.Entry<String, String> each : parameters.entrySet()) {
            write("params", each.getKey(), each.getValue());
        }
        for (Map.Entry<String, String> each : tags.entrySet()) {
            write("tags", each.getKey(), each.getValue());
        }
    }

    private void write(String kind, String key, String value) throws IOException {
        Files.write(folder.resolve(kind).resolve(key), value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void put(Artifact artifact) throws IOException {
        Path target = folder.resolve("artifacts").resolve(artifact.path());
        Files.createDirectories(target.getParent());
        try (InputStream in = artifact.open()) {
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void end(RunEnd end, long endMillis) throws IOException {
        meta.put("status", STATUS.get(end).toString());
        meta.put("end_time", Long.toString(endMillis));
        Yaml.write(folder.resolve(META), meta);
    }

    @Override
    public String place() {
        return root.toString();
    }
}
