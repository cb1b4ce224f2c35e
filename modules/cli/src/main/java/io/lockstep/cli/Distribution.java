package io.lockstep.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that the build assembles and {@code bin/lockstep} starts from, told by the system property {@code
 * lockstep.home}:
 *
 * <pre>
 * RELEASE, jars/     Spark: the folder is a valid SPARK_HOME
 * lockstep/          Lockstep's jars and what Spark lacks
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
        return home.resolve("lockstep/lockstep-cli-" + BuildInfo.VERSION + ".jar");
    }

    /** As a class path entry. */
    String lockstepJars() {
        return home.resolve("lockstep") + "/*";
    }

    Path lockstepFolder() {
        return home.resolve("lockstep");
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
