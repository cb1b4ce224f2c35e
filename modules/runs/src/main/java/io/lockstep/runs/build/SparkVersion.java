package io.lockstep.runs.build;

import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.StandaloneMaster;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import scala.util.Properties;

/**
 * Which Spark a build of Lockstep is for, and whether another one fits. A build fits the versions of its Spark's major number
 * from the first one that is supported on, with the same Scala: Spark 4's jars are Scala 2.13's, and nothing compiled against
 * 2.12 links with them.
 *
 * @param spark that it was compiled against
 * @param first supported, like 4.1
 * @param scala like 2.13
 */
public record SparkVersion(String spark, String first, String scala) {
    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+).*");

    private static final String BUILD_FOR_3 =
            "take Lockstep's build for Spark 3.5 (bin/lockstep without LOCKSTEP_SPARK, or mvn -DskipTests package)";
    private static final String BUILD_FOR_4 =
            "take Lockstep's build for Spark 4 (LOCKSTEP_SPARK=4 bin/lockstep, or mvn -Dspark=4 -DskipTests package)";

    /** Of this build. */
    public static final SparkVersion BUILT_FOR =
            new SparkVersion(BuildInfo.SPARK, BuildInfo.FIRST_SPARK, BuildInfo.SCALA);

    /**
     * What is wrong with the Spark in this process, if it is another one than the build is for: said before anything of it is
     * called, as that would end in a NoSuchMethodError at some later time.
     */
    public static Optional<String> fault() {
        return BUILT_FOR.fault(
                "this Spark", org.apache.spark.package$.MODULE$.SPARK_VERSION(), Properties.versionNumberString());
    }

    /** @throws UsageException if the Spark in this process is none that the build is for */
    public static void require() {
        fault().ifPresent(fault -> {
            throw new UsageException(fault);
        });
    }

    /** @throws UsageException if the master of a standalone cluster is of a Spark that this driver's cannot talk to */
    public static void requireOfMaster(SparkConf conf) {
        if (StandaloneMaster.isOfAnotherSpark(conf)) {
            throw new UsageException(
                    BUILT_FOR.masterFault(conf.get("spark.master"), org.apache.spark.package$.MODULE$.SPARK_VERSION()));
        }
    }

    String masterFault(String master, String drivers) {
        return "the master " + master + " is of another version than Spark " + drivers
                + ", with which this driver runs, and"
                + " cannot read its messages: name the cluster's own Spark by SPARK_HOME if it is a Spark "
                + supported()
                + "; if it is a Spark " + (major(first) == 3 ? "4, " + BUILD_FOR_4 : "3.5, " + BUILD_FOR_3);
    }

    /**
     * @param who has that version: {@code this Spark}, {@code the master spark://host:7077}
     * @param otherScala all of its number, or empty where nobody told it
     */
    public Optional<String> fault(String who, String other, String otherScala) {
        if (fits(other) && (otherScala.isEmpty() || otherScala.startsWith(scala + "."))) {
            return Optional.empty();
        }
        String withScala = otherScala.isEmpty() ? "" : " with Scala " + otherScala;
        return Optional.of(who + " is " + other + withScala + ", and this build of Lockstep is for Spark " + supported()
                + " with Scala " + scala + ": " + remedy(other));
    }

    /** The versions that fit: {@code 3.5}, {@code 4.1 or later}. */
    private String supported() {
        return major(first) == 3 ? first : first + " or later";
    }

    private boolean fits(String other) {
        return major(other) == major(first) && minor(other) >= minor(first);
    }

    private String remedy(String other) {
        boolean hasBuild = major(other) == 3 && minor(other) == 5 || major(other) == 4 && minor(other) >= 1;
        if (!hasBuild || fits(other)) {
            return "take a Spark " + supported() + " with Scala " + scala;
        }
        return (major(other) == 4 ? BUILD_FOR_4 : BUILD_FOR_3) + ", or a Spark " + supported();
    }

    private static int major(String version) {
        return number(version, 1);
    }

    private static int minor(String version) {
        return number(version, 2);
    }

    private static int number(String version, int group) {
        Matcher numbers = NUMBERS.matcher(version);
        return numbers.matches() ? Integer.parseInt(numbers.group(group)) : 0;
    }
}
