package io.lockstep.cli;

import org.apache.spark.SparkUserAppException;

/** What {@code spark-submit} starts: the driver. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws SparkUserAppException {
        int status = Lockstep.execute(Lockstep.StartedBy.SPARK_SUBMIT, args);
        if (status != ExitStatus.DONE) {
            // how an application tells spark-submit, and YARN, its exit status; System.exit would look like a crash
            throw new SparkUserAppException(status);
        }
    }
}
