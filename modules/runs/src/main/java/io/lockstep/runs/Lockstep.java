package io.lockstep.runs;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.gpu.CudaBackend;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.Summary;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.spark.SparkProperties;
import io.lockstep.spark.NamelessUser;
import io.lockstep.training.RunEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Training from a program: what {@code bin/lockstep train} does, in a Spark application of one's own.
 *
 * <pre>{@code
 * SparkConf conf = Lockstep.configure(new SparkConf());                 // before the session is made
 * SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
 * Summary summary = Lockstep.on(spark.sparkContext())
 *         .network(new NetworkDefinition(myGraphConfiguration, inputType))   // or .model("resnet20")
 *         .data("hdfs://nn/data/cifar-10-batches-bin")
 *         .strategy("ddp")
 *         .workers(4)
 *         .set("global-batch", "128")
 *         .set("learning-rate", "0.05")
 *         .runDir("hdfs://nn/runs/mine")
 *         .listener(event -> log(event))
 *         .train();
 * }</pre>
 *
 * <p>Data may be the program's own too: {@link #data(DataSource)} takes anybody's {@link Dataset}. Where labels are
 * numbers (float32) and no classes (int32), the network learns to predict them, and the run is told by their errors.
 *
 * <p>A program whose driver does nothing else ends with {@code System.exit(0)} after it has stopped Spark: of a barrier stage
 * Spark 3.5 leaves a thread running that keeps the JVM alive.
 *
 * <p>Every setting of {@code conf/lockstep-defaults.conf.template} may be set. One thread uses a builder; several
 * trainings may follow one another in an application.
 */
public final class Lockstep {
    private final JavaSparkContext spark;
    private final Configuration configuration = new Configuration();
    private NetworkDefinition network;
    private DataSource data;
    private Consumer<RunEvent> listener = event -> {};
    private boolean resume;

    private Lockstep(JavaSparkContext spark) {
        this.spark = spark;
    }

    /**
     * Adds what Lockstep needs of an application: its plugin, the flags of executors' JVMs.
     *
     * @return the same object
     * @throws io.lockstep.runs.settings.UsageException if it asks for what makes ranks impossible: dynamic allocation, speculation
     */
    public static SparkConf configure(SparkConf conf) {
        NamelessUser.name();
        CudaBackend.hide(); // from the driver, in whose process this is
        SparkProperties.complete(conf);
        return conf;
    }

    public static Lockstep on(SparkContext spark) {
        return new Lockstep(new JavaSparkContext(spark));
    }

    /** A network of the zoo. */
    public Lockstep model(String name) {
        return set(DataSettings.MODEL.name(), name);
    }

    /**
     * A DL4J configuration of one's own. The learning rate of each step is the settings' ({@code learning-rate}, {@code
     * schedule}, {@code warmup-epochs}): it takes the place of the greatest rate that the configuration gives to weights, and
     * layers and biases with other rates keep their ratio to that ({@link NetworkDefinition#baseRate}). All else of the
     * network is its own: updater, regularisation, dropout, initialisation, the seed of its initial parameters. Settings that
     * build the zoo's networks ({@code updater}, {@code l2}, {@code dropout}, ...) are refused.
     */
    public Lockstep network(NetworkDefinition own) {
        configuration.put(DataSettings.MODEL.name(), DataSettings.OWN_NETWORK);
        network = own;
        return this;
    }

    /** A name that {@code bin/lockstep data list} lists, a path or a URI. */
    public Lockstep data(String nameOrPath) {
        data = null;
        return set(DataSettings.DATA.name(), nameOrPath);
    }

    /**
     * Data of one's own, which no file format knows: {@link DataSource#of(Dataset, Dataset)} of sets in memory, or another
     * implementation. It travels to the executors, so it is {@link java.io.Serializable}, and its class is on their class path
     * (in the application's jar, or one of {@code --jars}). Settings that look at pictures or texts ({@code flip}, {@code
     * sequence-length}, ...) are refused.
     */
    public Lockstep data(DataSource own) {
        configuration.put(DataSettings.DATA.name(), own.name());
        data = own;
        return this;
    }

    public Lockstep strategy(String word) {
        return set(DistributionSettings.STRATEGY.name(), word);
    }

    public Lockstep workers(int ranks) {
        return set(DistributionSettings.WORKERS.name(), Integer.toString(ranks));
    }

    public Lockstep runDir(String folder) {
        return set(FolderSettings.RUN_DIR.name(), folder);
    }

    /** Goes on with the run in {@link #runDir}, under these settings. */
    public Lockstep resume() {
        resume = true;
        return this;
    }

    /** @throws io.lockstep.runs.settings.UsageException for a setting that there is not, with the nearest one, or a value that it does not allow */
    public Lockstep set(String setting, String value) {
        configuration.put(setting, value);
        if (data != null && !configuration.get(DataSettings.DATA).equals(data.name())) {
            data = null; // other data was named after it
        }
        if (!configuration.get(DataSettings.MODEL).equals(DataSettings.OWN_NETWORK)) {
            network = null; // a model was named after a network
        }
        return this;
    }

    /** Told what happens, in order, on one of Spark's threads. */
    public Lockstep listener(Consumer<RunEvent> told) {
        listener = listener.andThen(told);
        return this;
    }

    /**
     * Trains; returns when the run's folder is whole.
     *
     * @throws io.lockstep.runs.settings.UsageException if something about the call is wrong, a setting too that this run would not heed; nothing has
     *     run then
     * @throws io.lockstep.spark.JobFailedException naming the rank that failed, and how to go on
     */
    public Summary train() throws IOException {
        var silent =
                new Progress(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
        Configuration ofRun = configuration.copy(); // which puts into it what it finds out
        NetworkSource source = network == null ? Networks.zoo() : Networks.own(toldByData());
        return new TrainJob(ofRun, resume, "", null, source, data, silent, listener).runOn(spark);
    }

    private NetworkDefinition toldByData() {
        return data == null ? network : network.toldBy(data.fields());
    }
}
