package io.lockstep.cli;

import io.lockstep.networks.gpu.CudaBackend;
import io.lockstep.spark.NamelessUser;
import java.lang.reflect.Constructor;
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
            throw ended(status);
        }
        if (!isYarnApplicationMaster()) {
            // Spark 3.5's BarrierCoordinator leaves a timer whose thread keeps the JVM alive for ever
            System.exit(ExitStatus.DONE);
        }
    }

    /** How an application tells spark-submit, and YARN, its exit status: System.exit would look like a crash. */
    private static SparkUserAppException ended(int status) {
        Constructor<?> constructor = SparkUserAppException.class.getConstructors()[0];
        boolean hasCause = constructor.getParameterCount() > 1; // since Spark 4
        try {
            return (SparkUserAppException)
                    (hasCause ? constructor.newInstance(status, null) : constructor.newInstance(status));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this Spark has another SparkUserAppException: " + e, e);
        }
    }

    /** It reports to YARN when main returns, ends the JVM itself, and takes an exit before that for a failure. */
    private static boolean isYarnApplicationMaster() {
        SparkConf conf = new SparkConf();
        return conf.get("spark.master", "").startsWith("yarn")
                && conf.get("spark.submit.deployMode", "client").equals("cluster");
    }
}
