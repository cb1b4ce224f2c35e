package io.lockstep.cli;

import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.settings.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The folder that the build assembles and {@code bin/lockstep} starts from, told by the system property {@code
 * lockstep.home}:
 *
 * <pre>
 * RELEASE, jars/     Spark: the folder is a valid SPARK_HOME
 * lockstep/          Lockstep's jars and what Spark lacks, for driver and executors
 * driver/            the command line and the benchmarks, which only a driver needs
 * lockstep-cuda/     what executors need beside that to compute on GPUs, if built with -P cuda
 * conf/              defaults, recipes, logging
 * </pre>
 */
record Distribution(Path home) {
    private static final String PROPERTY = "lockstep.home";

    static Distribution current() {
        String home = System.getProperty(PROPERTY);
        if (home == null) {
            throw new UsageException("start Lockstep with bin/lockstep, or name the distribution with -D" + PROPERTY);
        }
        return new Distribution(Path.of(home));
    }

    /** Whether this process was started from a distribution at all; a driver on another host was not. */
    static boolean isPresent() {
        return System.getProperty(PROPERTY) != null;
    }

    Path applicationJar() {
        return driverFolder().resolve("lockstep-cli-" + BuildInfo.VERSION + ".jar");
    }

    /** The folder of the jars that only the driver needs. */
    Path driverFolder() {
        return home.resolve("driver");
    }

    /**
     * The folders of the jars that executors need.
     *
     * @throws UsageException if GPUs are to compute and the build has not brought what they need
     */
    List<Path> executorFolders(boolean onGpus) {
        Path own = home.resolve("lockstep");
        Path cuda = home.resolve("lockstep-cuda");
        if (onGpus && !Files.isDirectory(cuda)) {
            throw new UsageException("runtime = cuda needs ND4J's CUDA backend, which this build of Lockstep has not"
                    + " brought: mvn -P cuda -DskipTests package (600 MB to download)");
        }
        return onGpus ? List.of(own, cuda) : List.of(own);
    }

    Path conf() {
        return home.resolve("conf");
    }

    /** {@code resnet20-cifar10}, or a path. */
    Path recipe(String nameOrPath) {
        Path path = Path.of(nameOrPath);
        if (Files.isRegularFile(path)) {
            return path;
        }
        Path named = conf().resolve("recipes").resolve(nameOrPath + ".conf");
        if (Files.isRegularFile(named)) {
            return named;
        }
        throw new UsageException("recipe " + nameOrPath + ": neither a file nor one of " + conf().resolve("recipes"));
    }
}
