package io.lockstep.runs.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What the build wrote into the jar. */
public final class BuildInfo {
    public static final String VERSION;
    public static final String COMMIT;
    /** The version of Spark that the build was compiled against. */
    public static final String SPARK;
    /** The first version of Spark that the build supports, like 4.1. */
    public static final String FIRST_SPARK;
    /** The Scala of that Spark, like 2.12: what the names of its jars end with. */
    public static final String SCALA;

    static {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        VERSION = properties.getProperty("version");
        COMMIT = properties.getProperty("commit");
        SPARK = properties.getProperty("spark");
        FIRST_SPARK = properties.getProperty("spark.first");
        SCALA = properties.getProperty("scala");
    }

    private BuildInfo() {}
}
