package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.DISTRIBUTION;
import static io.lockstep.cli.LockstepProcess.SHORT_LIVED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.images.ImageSource;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.runs.folder.Json;
import io.lockstep.spark.HadoopStorage;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data, checkpoints and run folders on HDFS; executors, and the driver, in YARN's containers. */
class HadoopIT {
    private static final int STEPS = 60;
    private static final Pattern HADOOP_CLASSES = Pattern.compile(
            "test-classes|/(hadoop-client|slf4j|log4j|commons-logging|jcl|junit-4|hamcrest|bc\\w+-jdk|jaxb|javax.activation|jakarta.activation)[^/]*$");

    @TempDir
    static Path folder;

    private static Process cluster;
    private static FileSystem hdfs;
    private static String undisturbed;

    @BeforeAll
    static void startCluster() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("@" + DISTRIBUTION.resolve("conf/jvm-options"), SHORT_LIVED, "-Xmx768m", "-cp"));
        command.add(hadoopClasses());
        command.addAll(List.of(HadoopCluster.class.getName(), folder.toString()));
        Path out = Path.of("target", "hadoop-cluster.out").toAbsolutePath(); // stay, to be read after a failure
        Path err = Path.of("target", "hadoop-cluster.err").toAbsolutePath();
        cluster = LockstepProcess.start(folder, command, Map.of(), out, err);
        Await.until("the cluster", cluster, err, () -> Files.readString(out).contains(HadoopCluster.READY));
        Configuration conf = new Configuration();
        conf.addResource(new org.apache.hadoop.fs.Path(
                folder.resolve("conf/core-site.xml").toUri()));
        hdfs = FileSystem.newInstance(URI.create(conf.get("fs.defaultFS")), conf);
        putData();
        Outcome run = local("undisturbed");
        assertThat(run.status()).as(run.err()).isZero();
        undisturbed = hashOf("undisturbed");
    }

    /** What Hadoop's servers take of this test's class path: Spark brings another servlet API. */
    private static String hadoopClasses() {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(all.split(File.pathSeparator))
                .filter(entry -> HADOOP_CLASSES.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void putData() throws IOException {
        Path data = folder.resolve("shapes");
        var shapes = new GeneratedShapes(1, 1000, 100);
        CifarFormat.write(new LocalStorage(), data.toString(), shapes.read(Split.TRAIN), shapes.read(Split.TEST));
        hdfs.copyFromLocalFile(path(data.toString()), path("/data/shapes"));
    }

    /** By the storage that a run has. */
    @Test
    void aFolderOfPicturesIsReadFromHdfs() throws Exception {
        var image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (String name : List.of("cat/0.png", "cat/1.png", "cat/_1.png", "dog/0.png", "dog/1.png")) {
            image.setRGB(0, 0, name.hashCode());
            try (OutputStream out = hdfs.create(path("/data/pictures/" + name))) {
                ImageIO.write(image, "png", out);
            }
        }
        var catalog = new DataCatalog(new HadoopStorage(hdfs.getConf()), "nowhere");
        ImageSource source = (ImageSource) catalog.resolve(hdfs.getUri() + "/data/pictures");
        source.verify();
        assertThat(source.classNames()).containsExactly("cat", "dog");
        assertThat(source.read(Split.TRAIN).classCounts()).containsExactly(1, 1);
        assertThat(source.read(Split.TEST).classCounts()).containsExactly(1, 1);
    }

    @AfterAll
    static void stopCluster() throws Exception {
        if (hdfs != null) {
            hdfs.close();
        }
        Await.kill(List.of(cluster));
    }

    @Test
    void aDamagedOrHalfWrittenCheckpointOnHdfsIsPassedOver() throws Exception {
        Outcome stopped = local("damaged", "--set", "stop-after=40");
        assertThat(stopped.status()).as(stopped.err()).isZero();
        flipAByte("/runs/damaged/checkpoints/step-00000040/model.zip");
        try (OutputStream half = hdfs.create(path("/runs/damaged/checkpoints/step-00000045/model.zip"))) {
            half.write(new byte[1000]);
        }

        Outcome resumed = lockstep("train", "--resume", "--run-dir", uri("damaged"), "--set", "stop-after=0");

        assertThat(resumed.status()).as(resumed.err()).isZero();
        assertThat(resumed.out())
                .contains("step-00000045: it was never completed")
                .contains("step-00000040: model.zip does not have the SHA-256")
                .contains("resuming from " + uri("damaged") + "/checkpoints/step-00000032");
        assertThat(hashOf("damaged")).isEqualTo(undisturbed);
    }

    @Test
    void anApplicationMasterThatIsLostInTheMiddleOfARunIsStartedAgainAndGoesOn() throws Exception {
        Path out = folder.resolve("submit.out");
        Path err = folder.resolve("submit.err");
        List<String> command = new ArrayList<>();
        command.add(DISTRIBUTION.resolve("bin/lockstep").toString());
        command.addAll(train("yarn"));
        command.addAll(List.of("--master", "yarn", "--deploy-mode", "cluster"));
        for (String property : List.of(
                "spark.driver.memory=512m",
                "spark.executor.memory=768m",
                "spark.executor.instances=2",
                "spark.yarn.am.waitTime=600s",
                "spark.authenticate=true",
                "spark.network.crypto.enabled=true")) {
            command.addAll(List.of("--conf", property));
        }
        Process submission = LockstepProcess.start(folder, command, hadoop(), out, err);
        try {
            var manifest = path("/runs/yarn/checkpoints/step-00000010/MANIFEST");
            Await.until("a checkpoint", submission, err, () -> hdfs.exists(manifest));
            CommandLines.find(cluster.descendants(), "java\0", "yarn.ApplicationMaster")
                    .destroyForcibly();
            Await.end(submission);
        } finally {
            submission.destroyForcibly();
        }

        assertThat(submission.exitValue()).as(Files.readString(err)).isZero();
        assertThat(summaryOf("yarn").get("resumed_from_step").asInt()).isGreaterThanOrEqualTo(10);
        assertThat(hashOf("yarn")).isEqualTo(undisturbed);
    }

    /** On executors of this machine, with all files on HDFS. */
    private static Outcome local(String name, String... options) throws Exception {
        List<String> arguments = train(name);
        arguments.addAll(List.of(options));
        return lockstep(arguments.toArray(String[]::new));
    }

    private static Outcome lockstep(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(DISTRIBUTION.resolve("bin/lockstep").toString());
        command.addAll(List.of(arguments));
        return LockstepProcess.run(folder, command, hadoop());
    }

    private static Map<String, String> hadoop() {
        return Map.of("HADOOP_CONF_DIR", folder.resolve("conf").toString());
    }

    private static List<String> train(String name) {
        List<String> args = new ArrayList<>(List.of("train", "--model", "lenet5", "--data", "/data/shapes"));
        args.addAll(List.of("--run-dir", uri(name), "--steps", "" + STEPS, "--global-batch", "64"));
        for (String setting : List.of("checkpoint-every=10", "log-every=1", "deadline=600s", "slot-timeout=600s")) {
            args.addAll(List.of("--set", setting));
        }
        args.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        return args;
    }

    private static String uri(String run) {
        return hdfs.getUri() + "/runs/" + run;
    }

    private static org.apache.hadoop.fs.Path path(String path) {
        return new org.apache.hadoop.fs.Path(path);
    }

    private static void flipAByte(String file) throws IOException {
        byte[] bytes = read(file);
        bytes[bytes.length / 2] ^= 1;
        try (OutputStream out = hdfs.create(path(file), true)) {
            out.write(bytes);
        }
    }

    private static byte[] read(String file) throws IOException {
        try (InputStream in = hdfs.open(path(file))) {
            return in.readAllBytes();
        }
    }

    private static JsonNode summaryOf(String run) throws IOException {
        return Json.parse(new String(read("/runs/" + run + "/summary.json"), StandardCharsets.UTF_8));
    }

    private static String hashOf(String run) throws IOException {
        JsonNode hashes = summaryOf(run).get("parameters_sha256");
        assertThat(hashes.get(0)).isEqualTo(hashes.get(1));
        return hashes.get(0).asText();
    }
}
