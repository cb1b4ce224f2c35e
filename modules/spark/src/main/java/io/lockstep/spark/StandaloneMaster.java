package io.lockstep.spark;

import java.io.InvalidClassException;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcEnv;
import scala.Option;

/**
 * Whether the master of a standalone cluster and this driver understand each other. A master of another Spark drops what it
 * cannot read, and the driver asks three times, a minute long, before it says that all masters are unresponsive.
 */
public final class StandaloneMaster {
    private static final String SCHEME = "spark://";
    private static final long LONGEST_NANOS = 5_000_000_000L;
    private static final String PATIENCE = "5s";

    private StandaloneMaster() {}

    /**
     * Asks the masters that {@code spark.master} names for their endpoint, as drivers do first. Whoever cannot be asked, or
     * refuses for another reason, is left to Spark itself.
     */
    public static boolean isOfAnotherSpark(SparkConf conf) {
        String url = conf.get("spark.master", "");
        if (!url.startsWith(SCHEME)) {
            return false;
        }
        long begin = System.nanoTime();
        for (String address : url.substring(SCHEME.length()).split(",")) {
            if (Thread.currentThread().isInterrupted() || System.nanoTime() - begin > LONGEST_NANOS) {
                return false; // of several masters most may be switched off
            }
            int colon = address.lastIndexOf(':');
            if (colon > 0 && address.substring(colon + 1).matches("\\d{1,5}")) {
                String host = address.substring(0, colon);
                if (cannotReadUs(new RpcAddress(host, Integer.parseInt(address.substring(colon + 1))), conf)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean cannotReadUs(RpcAddress master, SparkConf conf) {
        SparkConf patient = conf.clone()
                .set("spark.rpc.askTimeout", PATIENCE)
                .set("spark.rpc.lookupTimeout", PATIENCE)
                .set("spark.rpc.io.connectionTimeout", PATIENCE)
                .set("spark.rpc.io.connectionCreationTimeout", PATIENCE);
        var security = new SecurityManager(
                patient, Option.empty(), org.apache.spark.internal.config.package$.MODULE$.AUTH_SECRET_FILE());
        RpcEnv asking = null;
        try {
            asking = RpcEnv.create("lockstep-version", "localhost", 0, patient, security, true);
            asking.setupEndpointRef(master, "Master");
            return false;
        } catch (Exception e) { // Spark's methods declare none, and throw checked ones too
            if (e instanceof InterruptedException || e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return saysUnreadable(e);
        } finally {
            if (asking != null) {
                asking.shutdown();
            }
        }
    }

    /** The master sends the stack trace of what it failed by, as text. */
    private static boolean saysUnreadable(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (String.valueOf(each.getMessage()).contains(InvalidClassException.class.getName())) {
                return true;
            }
        }
        return false;
    }
}
