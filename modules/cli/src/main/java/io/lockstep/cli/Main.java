package io.lockstep.cli;

import io.lockstep.networks.gpu.CudaBackend;
import io.lockstep.spark.NamelessUser;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkUserAppException;

/** What {@code spark-submit} starts: the driver. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws SparkUserAppException {
        NamelessUser.name();
        CudaBackend.hide();
        int status = Commands.execute(Commands.StartedBy.SPARK_SUBMIT, args);
        if (status != ExitStatus.DONE) {
            // how an application tells spark-submit, and YARN, its exit status; System.exit would look like a crash
            throw new SparkUserAppException(status);
        }
        if (!isYarnApplicationMaster()) {
            // Spark 3.5's BarrierCoordinator leaves a timer whose thread keeps the JVM alive for ever
            System.exit(ExitStatus.DONE);
        }
    }

    /** It reports to YARN when main returns, ends the JVM itself, and takes an exit before that for a failure. */
    private static boolean isYarnApplicationMaster() {
        SparkConf conf = new SparkConf();
        return conf.get("spark.master", "").startsWith("yarn")
                && conf.get("spark.submit.deployMode", "client").equals("cluster");
    }
}
