package io.lockstep.runs.tracking;

import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.folder.Artifact;
import io.lockstep.runs.folder.EvaluationLine;
import io.lockstep.runs.folder.MetricsLine;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.UsageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkConf;

/** One run's tracker, from its folder's side. Without the setting {@code tracking} all of it does nothing. */
public final class RunTracking implements AutoCloseable {
    /** Before Spark's own hook, which ends the job: the run would look failed. */
    private static final int BEFORE_SPARK = 60;

    private static final Tracker NONE = new Tracker() {
        @Override
        public void begin(List<Scalars> before) {
            // nobody is told
        }

        @Override
        public void log(Scalars line) {
            // nobody is told
        }

        @Override
        public void end(RunEnd end, List<Artifact> artifacts) {
            // nobody is told
        }
    };

    private final Tracker tracker;
    private final RunFolder folder;
    private final boolean withCheckpoint;
    private final Runnable killed = this::kill;
    private volatile boolean begun;
    private boolean ended;

    private RunTracking(Tracker tracker, RunFolder folder, boolean withCheckpoint) {
        this.tracker = tracker;
        this.folder = folder;
        this.withCheckpoint = withCheckpoint;
    }

    /**
     * @param tell for a person
     * @throws UsageException if the setting names a tracking that the class path has not, or that cannot be
     */
    public static RunTracking of(Configuration configuration, RunFolder folder, SparkConf conf, Consumer<String> tell) {
        String asked = configuration.get(FolderSettings.TRACKING);
        if (asked.isEmpty()) {
            return new RunTracking(NONE, folder, false);
        }
        var run = new TrackedRun(
                asked.substring(asked.indexOf(':') + 1),
                configuration.get(FolderSettings.TRACKING_EXPERIMENT),
                folder.path().replaceAll("/+$", "").replaceAll(".*/", ""),
                configuration.byName(),
                tags(configuration, folder, conf),
                configuration.get(FolderSettings.TRACKING_DEADLINE),
                new FolderNotes(folder, tell));
        var tracking = new RunTracking(open(asked, run), folder, configuration.get(FolderSettings.TRACKING_CHECKPOINT));
        ShutdownHookManager.get().addShutdownHook(tracking.killed, BEFORE_SPARK, 15, TimeUnit.SECONDS);
        return tracking;
    }

    /** @throws UsageException as {@link #of}, before anything is made */
    public static void check(Configuration configuration) {
        String asked = configuration.get(FolderSettings.TRACKING);
        if (!asked.isEmpty()) {
            var nobody = new TrackedRun(
                    asked.substring(asked.indexOf(':') + 1),
                    configuration.get(FolderSettings.TRACKING_EXPERIMENT),
                    "",
                    Map.of(),
                    Map.of(),
                    configuration.get(FolderSettings.TRACKING_DEADLINE),
                    null);
            open(asked, nobody);
        }
    }

    /** Makes the setting one that a resumed run, from another working folder perhaps, understands. */
    public static void resolve(Configuration configuration) {
        String asked = configuration.get(FolderSettings.TRACKING);
        if (!asked.isEmpty()) {
            int colon = asked.indexOf(':');
            String absolute = tracking(asked).absolute(asked.substring(colon + 1));
            configuration.derive(FolderSettings.TRACKING, asked.substring(0, colon + 1) + absolute);
        }
    }

    private static Tracker open(String asked, TrackedRun run) {
        try {
            return tracking(asked).open(run);
        } catch (IllegalArgumentException e) {
            throw new UsageException("tracking = " + shown(asked) + ": " + e.getMessage(), e);
        }
    }

    /** Without credentials, which somebody may have put into a URL. */
    private static String shown(String asked) {
        return asked.replaceFirst("//.*@", "//...@");
    }

    private static Tracking tracking(String asked) {
        String word = asked.substring(0, Math.max(0, asked.indexOf(':')));
        List<Tracking> all = ServiceLoader.load(Tracking.class, Tracking.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return all.stream()
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new UsageException("tracking = " + shown(asked) + ": must begin with one of "
                        + all.stream().map(each -> each.word() + ":").toList()
                        + ", for which there are jars on the class path; like mlflow:http://host:5000"));
    }

    private static Map<String, String> tags(Configuration configuration, RunFolder folder, SparkConf conf) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("lockstep.version", BuildInfo.VERSION);
        tags.put("lockstep.commit", BuildInfo.COMMIT);
        tags.put("lockstep.strategy", configuration.get(DistributionSettings.STRATEGY));
        tags.put("lockstep.run_dir", folder.path());
        tags.put("lockstep.master", conf.get("spark.master", ""));
        tags.put("lockstep.spark", org.apache.spark.package$.MODULE$.SPARK_VERSION());
        tags.put("lockstep.java", System.getProperty("java.version"));
        tags.put("lockstep.os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        tags.values().removeIf(value -> value == null || value.isEmpty());
        return tags;
    }

    /** Ranks begin, with the logs that there are. */
    public void begin() {
        List<Scalars> before = new ArrayList<>();
        folder.metrics().forEach(line -> before.add(Scalars.of(line)));
        folder.evaluations().forEach(line -> before.add(Scalars.of(line)));
        tracker.begin(before);
        begun = true;
    }

    public void log(MetricsLine line) {
        tracker.log(Scalars.of(line));
    }

    public void log(EvaluationLine line) {
        tracker.log(Scalars.of(line));
    }

    /** The run is whole. */
    public void finished() {
        end(RunEnd.FINISHED);
    }

    private void kill() {
        end(RunEnd.KILLED);
    }

    private void end(RunEnd end) {
        synchronized (this) { // no longer: whoever is told to stop meanwhile waits for no server
            if (!begun || ended || tracker == NONE) {
                return;
            }
            ended = true;
        }
        tracker.end(end, folder.artifacts(withCheckpoint));
    }

    /** A run that has not finished until now has failed. */
    @Override
    public void close() {
        if (tracker == NONE) {
            return;
        }
        if (ShutdownHookManager.get().isShutdownInProgress()) {
            kill();
            return;
        }
        ShutdownHookManager.get().removeShutdownHook(killed);
        end(RunEnd.FAILED);
    }

    /** In the run's folder: a run that goes on is the same one to the server. */
    private record FolderNotes(RunFolder folder, Consumer<String> teller) implements TrackedRun.Notes {
        @Override
        public Optional<String> id() throws IOException {
            return folder.trackingId();
        }

        @Override
        public void keepId(String id) throws IOException {
            folder.keepTrackingId(id);
        }

        @Override
        public void tell(String line) {
            teller.accept(line);
        }
    }
}
