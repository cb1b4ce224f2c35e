package io.lockstep.cli;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.runs.Lockstep;
import io.lockstep.runs.folder.Summary;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.training.RunEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that Spark reads, as the data of runs; ranks are threads of this process. */
class TablesIT {
    @TempDir
    static Path folder;

    private static SparkSession spark;
    /** Of 400 rows: two numbers and the name of the quadrant that they are in. */
    private static Dataset<Row> quadrants;

    @BeforeAll
    static void start() {
        SparkConf conf = Lockstep.configure(
                new SparkConf().setMaster("local[2]").setAppName("tables").set("spark.ui.enabled", "false"));
        spark = SparkSession.builder().config(conf).getOrCreate();
        quadrants = spark.range(0, 400, 1, 1)
                .select(
                        col("id").multiply(37).mod(101).divide(50.0).minus(1.0).as("x"),
                        col("id").multiply(61).mod(97).divide(48.0).minus(1.0).as("y"))
                .withColumn(
                        "label",
                        when(col("x").gt(0), when(col("y").gt(0), "north east").otherwise("south east"))
                                .otherwise(when(col("y").gt(0), "north west").otherwise("south west")));
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    private static Lockstep run(String data, String name) {
        return Lockstep.on(spark.sparkContext())
                .model("mlp")
                .data(data)
                .workers(2)
                .runDir(path("run " + name))
                .set("shards-dir", path("shards"))
                .set("epochs", "6")
                .set("global-batch", "20")
                .set("learning-rate", "0.05")
                .set("evaluate-every", "0")
                .set("log-every", "100");
    }

    private static long attempts() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("shards"))) {
            return files.filter(file -> file.endsWith("shards.manifest")).count();
        }
    }

    @Test
    void aTableGivesTheSameNetworkInWhateverFormatItLiesAndIsReadOnce() throws Exception {
        quadrants.write().parquet(path("quadrants"));
        quadrants.write().orc(path("quadrants.orc"));
        quadrants.write().option("header", "true").csv(path("plain"));
        quadrants.write().json(path("lines"));

        Summary parquet = run("parquet:" + path("quadrants"), "parquet").train();
        assertThat(parquet.testAccuracy()).isGreaterThan(0.7);
        assertThat(parquet.data()).isEqualTo("parquet:file:" + path("quadrants"));
        long read = attempts();
        Summary again = run(path("quadrants"), "again").train();
        assertThat(attempts()).as("read once, and found again by content").isEqualTo(read);

        Summary orc = run(path("quadrants.orc"), "orc").train();
        Summary csv = run(path("plain"), "csv").train();
        Summary json = run("json:" + path("lines"), "json").train();
        for (Summary other : List.of(again, orc, csv, json)) {
            assertThat(other.parametersSha256()).isEqualTo(parquet.parametersSha256());
        }
    }

    @Test
    void columnsAreChosenAndARunGoesOnWithOtherRanks() throws Exception {
        quadrants
                .withColumn("name", lit("nobody"))
                .withColumn("east", col("x").gt(0))
                .withColumn("weight", lit(1.0))
                .write()
                .parquet(path("chosen.parquet"));
        Lockstep chosen = run(path("chosen.parquet"), "chosen")
                .set("features-cols", "x, y")
                .set("label-col", "east")
                .set("weight-col", "weight")
                .set("test-share", "0.25");
        chosen.set("stop-after", "25").train();
        Summary whole = chosen.set("stop-after", "0").workers(1).resume().train();
        assertThat(whole.resumedFromStep()).isEqualTo(25);
        assertThat(whole.testAccuracy()).isGreaterThan(0.8);
    }

    @Test
    void aFolderOfTrainAndTestIsTestedOnTheLatter() throws Exception {
        quadrants.where(col("x").lt(0.5)).write().parquet(path("parted/train"));
        quadrants.where(col("x").geq(0.5)).limit(20).write().parquet(path("parted/test"));
        Summary summary = run(path("parted"), "parted").set("epochs", "1").train();
        assertThat(summary.test().examples()).isEqualTo(20);
    }

    private static AbstractThrowableAssert<?, ?> refused(String data, String name, String... settings) {
        Lockstep run = run(data, "refused " + name);
        for (int i = 0; i < settings.length; i += 2) {
            run.set(settings[i], settings[i + 1]);
        }
        return assertThatThrownBy(run::train)
                .isInstanceOf(UsageException.class)
                .satisfies(failure -> assertThat(failure.getMessage().lines()).hasSize(1))
                .satisfies(failure ->
                        assertThat(folder.resolve("run refused " + name)).doesNotExist());
    }

    private static String csv(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, content);
        return file.toString();
    }

    @Test
    void whatIsWrongWithATableIsToldInOneLineBeforeAnythingIsTrained() throws Exception {
        String rows = "x,y,label\n" + "1.0,2.0,a\n3.0,4.0,b\n".repeat(20);
        refused(csv("broken.csv", rows + "5.0,6.0\n"), "broken")
                .hasMessageContaining("broken.csv: a row is broken, '5.0,6.0' in file:")
                .hasMessageContaining("broken.csv");
        refused(csv("words.csv", rows + "five,6.0,a\n"), "words")
                .hasMessageContaining("column 'x' has texts, such as 'five' in file:");
        refused(csv("gaps.csv", rows + ",6.0,a\n"), "gaps").hasMessageContaining("column 'x' is null in row");
        refused(csv("no label.csv", rows.replace("label", "class")), "no label")
                .hasMessageContaining("it has no column 'label', which label-col names; its columns are x, y, class");
        refused(csv("misspelt.csv", rows), "misspelt", "features-cols", "x,yy")
                .hasMessageContaining("unknown column 'yy'; did you mean 'y'?");
        refused(csv("nothing.csv", ""), "nothing").hasMessageContaining("its files are empty");
        refused(csv("broken.jsonl", "{\"x\": 1, \"label\": 0}\n{\"x\": 2,\n"), "json")
                .hasMessageContaining("a row is broken, '{\"x\": 2,' in file:");
        refused(csv("one.csv", "x,label\n1.0,a\n"), "one").hasMessageContaining("it needs some of both");
        refused("avro:" + csv("some.avro", "Obj"), "avro").hasMessageContaining("spark-avro");
        refused(csv("lonely.csv", "x,y,label\n1.0,2.0,a\n"), "lonely", "test-data", csv("tests.csv", rows))
                .hasMessageContaining("has only 1 training example, which is less than one for each of workers = 2");
        quadrants.withColumn("y", when(col("x").lt(0.9), col("y"))).write().parquet(path("nulls"));
        refused("parquet:" + path("nulls"), "nulls").hasMessageContaining("column 'y' is null in row");
        quadrants.coalesce(1).write().parquet(path("cut"));
        try (Stream<Path> files = Files.list(folder.resolve("cut"))) {
            Path part = files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(part);
            Files.write(
                    part, new String(bytes, 0, 100, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1));
        }
        refused("parquet:" + path("cut"), "cut")
                .hasMessageContaining("cannot be read")
                .hasMessageContaining("part-");
    }

    @Test
    void classesOfOneRowOrNoneToTrainOnAreTold() throws Exception {
        String rows = "x,y,label\n" + "1.0,2.0,a\n3.0,4.0,b\n".repeat(20);
        List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());
        run(csv("thin.csv", rows + "5.0,6.0,c\n"), "thin")
                .set("test-data", csv("thin tests.csv", rows + "7.0,8.0,d\n"))
                .set("epochs", "1")
                .listener(events::add)
                .train();
        assertThat(events)
                .contains(new RunEvent.Warned("of the 4 classes of thin.csv, there is no training example of 'd', which"
                        + " cannot be learned, and there is only one training example of 'c'"));
    }

    @Test
    void anEmptyFolderIsNoTable() throws Exception {
        Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> run("parquet:" + path("empty"), "empty").train())
                .hasMessageContaining("empty holds no files");
    }
}
