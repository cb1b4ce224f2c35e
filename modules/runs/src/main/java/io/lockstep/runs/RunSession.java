package io.lockstep.runs;

import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** The Spark application of a run: the run's own, which is started when it is asked for, or a program's, which stays. */
final class RunSession implements AutoCloseable {
    private final Supplier<JavaSparkContext> sessions;
    private final boolean own;
    private JavaSparkContext started;

    private RunSession(Supplier<JavaSparkContext> sessions, boolean own) {
        this.sessions = sessions;
        this.own = own;
    }

    static RunSession own(SparkConf conf) {
        return new RunSession(() -> new JavaSparkContext(conf), true);
    }

    static RunSession of(JavaSparkContext there) {
        return new RunSession(() -> there, false);
    }

    JavaSparkContext spark() {
        if (started == null) {
            started = sessions.get();
        }
        return started;
    }

    SparkSession sql() {
        // of this context: a builder that looks for one itself warns that there is one
        return SparkSession.builder().sparkContext(spark().sc()).getOrCreate();
    }

    /** Again: does nothing. */
    @Override
    public void close() {
        if (own && started != null) {
            started.close();
        }
    }
}
