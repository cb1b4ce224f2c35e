package io.lockstep.runs.masters;

import io.lockstep.networks.NetworkDefinition;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Stands where the module dl4j-masters is in a distribution: for tests of settings, which train nothing. */
public final class NoMasters implements MasterTraining {
    @Override
    public void requireTrainable(NetworkDefinition network) {
        // whatever it is
    }

    @Override
    public void prepare(MasterStrategy strategy, SparkConf conf) {
        // no executor will start
    }

    @Override
    public String train(JavaSparkContext spark, Job job) {
        throw new UnsupportedOperationException("this test trains");
    }
}
