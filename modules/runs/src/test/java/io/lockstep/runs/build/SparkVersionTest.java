package io.lockstep.runs.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkVersionTest {
    private static final SparkVersion FOR_3 = new SparkVersion("3.5.5", "3.5", "2.12");
    private static final SparkVersion FOR_4 = new SparkVersion("4.2.0", "4.1", "2.13");

    @Test
    void theSparkThatTheBuildIsTestedWithFits() {
        assertThat(SparkVersion.fault()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"3.5.5, 2.12.18", "3.5.9, 2.12.18", "3.5.7-amzn-1, 2.12.20"})
    void everyPatchOfSpark35WithScala212Fits(String spark, String scala) {
        assertThat(FOR_3.fault("this Spark", spark, scala)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"4.1.0, 2.13.17", "4.2.0, 2.13.18", "4.10.1, 2.13.20", "4.1.3, ''"})
    void everySpark4From41OnFits(String spark, String scala) {
        assertThat(FOR_4.fault("this Spark", spark, scala)).isEmpty();
    }

    @Test
    void theWrongBuildIsToldWithTheRightOne() {
        assertThat(FOR_3.fault("this Spark", "4.1.0", "2.13.17"))
                .hasValue(
                        "this Spark is 4.1.0 with Scala 2.13.17, and this build of Lockstep is for Spark 3.5 with Scala"
                                + " 2.12: take Lockstep's build for Spark 4 (LOCKSTEP_SPARK=4 bin/lockstep, or mvn -Dspark=4"
                                + " -DskipTests package), or a Spark 3.5");
        assertThat(FOR_4.fault("this Spark", "3.5.5", "2.12.18"))
                .hasValue(
                        "this Spark is 3.5.5 with Scala 2.12.18, and this build of Lockstep is for Spark 4.1 or later with"
                                + " Scala 2.13: take Lockstep's build for Spark 3.5 (bin/lockstep without LOCKSTEP_SPARK, or mvn"
                                + " -DskipTests package), or a Spark 4.1 or later");
    }

    /** SPARK-52259: 4.0.0 breaks Params of classes outside of Spark. */
    @ParameterizedTest
    @CsvSource({"4.0.0, 2.13.16", "3.4.4, 2.12.17", "3.5.5, 2.13.8", "5.0.0, 3.3.1", "custom, 2.12.18"})
    void aSparkWithoutABuildIsRefusedWithOneThatHasIt(String spark, String scala) {
        assertThat(FOR_3.fault("this Spark", spark, scala).orElseThrow())
                .startsWith("this Spark is " + spark)
                .endsWith("take a Spark 3.5 with Scala 2.12");
    }

    @Test
    void aMasterOfAnotherSparkIsToldWithWhatToTake() {
        assertThat(FOR_4.masterFault("spark://host:7077", "4.2.0"))
                .startsWith("the master spark://host:7077 is of another version than Spark 4.2.0")
                .contains(
                        "SPARK_HOME if it is a Spark 4.1 or later",
                        "if it is a Spark 3.5, take Lockstep's build for Spark 3.5");
    }
}
