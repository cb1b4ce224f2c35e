package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.DataSource;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.example.OwnProgram;
import org.example.Rings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program's own data and network, ranks as threads of this process. */
class OwnDataIT {
    private static final DataSource RINGS =
            DataSource.of(new Rings.InMemory(0, 2000), new Rings.InMemory(1_000_000, 301));
    private static final DataSource ENDLESS = DataSource.of(new Rings.Endless(), new Rings.InMemory(1_000_000, 301));

    @TempDir
    Path folder;

    private SparkContext spark;

    @BeforeEach
    void start() {
        spark = new SparkContext(
                Lockstep.configure(new SparkConf().setMaster("local[2]").setAppName("own data")));
    }

    @AfterEach
    void stop() {
        spark.stop();
    }

    @Test
    void itIsLearnedAlikeByOneRankAndByTwo() throws Exception {
        Summary one = epochs("one", 1).data(RINGS).train();
        Summary two = epochs("two", 2).data(RINGS).train();
        Summary central = epochs("dp", 2).data(RINGS).strategy("dp").train();

        assertThat(one.task()).isEqualTo("classification");
        assertThat(two.testAccuracy()).isGreaterThan(0.8);
        for (Summary other : List.of(two, central)) {
            assertThat(other.testLoss()).isCloseTo(one.testLoss(), within(2e-3));
            assertThat(other.testAccuracy()).isCloseTo(one.testAccuracy(), within(0.02));
            assertThat(other.parametersSha256())
                    .hasSize(2)
                    .containsOnly(other.parametersSha256().get(0));
        }
        assertThat(two.data()).isEqualTo("rings");
        assertThat(two.epochs()).isEqualTo(10);
    }

    @Test
    void itIsLearnedUnderOtherStrategies() throws Exception {
        for (String strategy : List.of("parameter-averaging", "gradient-sharing")) {
            Summary summary = epochs(strategy, 2).data(RINGS).strategy(strategy).train();

            assertThat(summary.testLoss()).as(strategy).isLessThan(Math.log(3));
        }
    }

    @Test
    void aStreamGoesOnWhereItWasStopped() throws Exception {
        Summary whole = training("whole", 2).data(ENDLESS).set("steps", "60").train();
        training("stopped", 2)
                .data(ENDLESS)
                .set("steps", "60")
                .set("stop-after", "25")
                .train();
        Summary resumed =
                training("stopped", 2).data(ENDLESS).set("steps", "60").resume().train();

        assertThat(resumed.resumedFromStep()).isEqualTo(25);
        assertThat(resumed.parametersSha256()).isEqualTo(whole.parametersSha256());
        assertThat(resumed.examples()).isEqualTo(60 * 100);
        assertThat(whole.testAccuracy()).isGreaterThan(0.5);
    }

    @Test
    void whatCannotBeDoneWithItIsSaidBeforeTheRun() {
        refuses(training("a", 2).data(ENDLESS), "set steps");
        refuses(training("b", 2).data(ENDLESS).set("steps", "9").set("train-examples", "50"), "is a stream");
        refuses(training("f", 2).data(RINGS).set("checkpoint-best", "mae"), "no metric of the network's task");
        refuses(training("c", 2).data(RINGS).set("crop-padding", "2"), "rings has none");
        refuses(training("d", 2).data(RINGS).network(OwnProgram.network(3, 3)), "vectors of 3 numbers");
        refuses(training("e", 2).data(RINGS).network(OwnProgram.network(2, 4)), "4 classes apart, the data has 3");
    }

    private static void refuses(Lockstep training, String why) {
        assertThatThrownBy(training::train).isInstanceOf(UsageException.class).hasMessageContaining(why);
    }

    private Lockstep epochs(String name, int workers) {
        return training(name, workers).set("epochs", "10");
    }

    private Lockstep training(String name, int workers) {
        return Lockstep.on(spark)
                .network(OwnProgram.network(2, 3))
                .workers(workers)
                .set("global-batch", "100")
                .set("learning-rate", "0.1")
                .runDir(folder.resolve(name).toString());
    }
}
