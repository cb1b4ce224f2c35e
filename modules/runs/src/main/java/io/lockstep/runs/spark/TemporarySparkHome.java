package io.lockstep.runs.spark;

import io.lockstep.collectives.sharedmemory.PrivateDirectory;
import io.lockstep.runs.settings.UsageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * The SPARK_HOME of a cluster on this machine alone. Spark's executors of such a cluster work in {@code SPARK_HOME/work},
 * and nothing moves that folder elsewhere or ever cleans it; but a distribution may be one that this user cannot write.
 * So {@code bin/lockstep} names a temporary folder as SPARK_HOME, and here it is made: links to what the installation has,
 * and a {@code work} of its own. It goes with this process; where this process is killed, with the next one of this user.
 *
 * <p>Whoever wants to keep what executors wrote names a folder as SPARK_WORKER_DIR.
 */
public final class TemporarySparkHome {
    /** The system property by which {@code bin/lockstep} tells the installation. */
    static final String INSTALLATION = "lockstep.spark";

    private static final String WORK = "work";
    /** After all hooks of Spark's, which end executors. */
    private static final int LAST = 1;

    private TemporarySparkHome() {}

    /** Makes the folder, if this process was started with the name of one. */
    public static void make() throws IOException {
        String installation = System.getProperty(INSTALLATION);
        String home = System.getenv("SPARK_HOME");
        if (installation == null || home == null || Files.exists(Path.of(home))) {
            return;
        }
        PrivateDirectory directory = PrivateDirectory.createAs(Path.of(home));
        ShutdownHookManager.get().addShutdownHook(directory::close, LAST);
        link(Path.of(installation), directory.path());
        String kept = System.getenv("SPARK_WORKER_DIR");
        if (kept != null && !kept.isEmpty()) {
            Path folder = Files.createDirectories(Path.of(kept).toAbsolutePath());
            Files.createSymbolicLink(directory.path().resolve(WORK), folder);
        }
    }

    /** @throws UsageException where the executors of a cluster on this machine could not make their folders */
    static void requireWork() {
        Path home = Path.of(System.getenv().getOrDefault("SPARK_HOME", ".")).toAbsolutePath();
        Path work = home.resolve(WORK);
        boolean named = System.getProperty(INSTALLATION) != null && !Files.exists(home); // to be made, or refused then
        if (!named && !Files.isWritable(Files.exists(work) ? work : home)) {
            throw new UsageException(
                    "executors of local-cluster work in " + work + ", which this user cannot write; start by"
                            + " bin/lockstep, which gives them a temporary folder, or set SPARK_HOME to a copy of Spark that is yours");
        }
    }

    /** Before another {@code bin/lockstep} is started, which gets a folder of its own. */
    public static void unset(Map<String, String> environment) {
        String installation = System.getProperty(INSTALLATION);
        if (installation != null) {
            environment.put("SPARK_HOME", installation);
        }
    }

    private static void link(Path installation, Path home) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(installation)) {
            for (Path entry : entries) {
                if (!entry.getFileName().toString().equals(WORK)) {
                    Files.createSymbolicLink(home.resolve(entry.getFileName()), entry.toAbsolutePath());
                }
            }
        }
    }
}
