package io.lockstep.dl4jmasters;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.runs.masters.MasterTraining;
import java.io.IOException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** What runs find of this module. */
public final class Dl4jMasters implements MasterTraining {
    @Override
    public void requireTrainable(NetworkDefinition network) {
        StockNetwork.requireTrainable(network);
    }

    @Override
    public void prepare(MasterStrategy strategy, SparkConf conf) {
        Masters.prepare(strategy, conf);
    }

    @Override
    public String train(JavaSparkContext spark, Job job) throws IOException {
        return new MasterRun(spark, job).call();
    }
}
