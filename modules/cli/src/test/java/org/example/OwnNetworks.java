package org.example;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.networks.Feeds;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.Lockstep;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Networks that are no classifiers of one input, each with made-up data of its own. */
public enum OwnNetworks {
    /** Two outputs, the second of two numbers of which one counts ten times as much as the other. */
    REGRESSION(
            List.of(Field.float32("features", 2), Field.float32("distance", 1), Field.float32("direction", 2)),
            OwnNetworks::writeMeasures,
            OwnNetworks::regression,
            "test_r2"),

    /** Three labels that may hold together. */
    TAGGER(
            List.of(Field.float32("features", 2), Field.float32("labels", 3)),
            OwnNetworks::writeTags,
            OwnNetworks::tagger,
            "test_f1"),

    /** Whether two points are on different sides: two towers of the same layers, with the same parameters. */
    TWINS(
            List.of(Field.float32("left", 2), Field.float32("right", 2), Field.int32("labels")),
            OwnNetworks::writePair,
            OwnNetworks::twins,
            "test_accuracy"),

    /** Which pixels of a picture are bright; those at its edge do not count. */
    SEGMENTER(
            List.of(Field.float32("features", 1, 6, 6), Field.int32("labels", 6, 6), Field.float32("inside", 6, 6)),
            OwnNetworks::writePixels,
            OwnNetworks::segmenter,
            "test_mean_iou"),

    /** One of three classes, of a picture and the row of a table. */
    PICTURE_AND_TABLE(
            List.of(Field.float32("picture", 6, 6, 2), Field.float32("table", 3), Field.int32("labels")),
            OwnNetworks::writePictureAndRow,
            OwnNetworks::pictureAndTable,
            "test_accuracy");

    private static final int SIDE = 6;

    private final List<Field> fields;
    private final Writer writer;
    private final NetworkDefinition network;
    private final String metric;

    private interface Writer {
        void write(SplittableRandom random, Batch into, int place);
    }

    OwnNetworks(List<Field> fields, Writer writer, Function<GraphBuilder, NetworkDefinition> network, String metric) {
        this.metric = metric;
        this.fields = fields;
        this.writer = writer;
        this.network =
                network.apply(Hyperparameters.defaults().newConfiguration(7).graphBuilder());
    }

    public NetworkDefinition network() {
        return network;
    }

    /** What summary.json tells of how well it was learned, from 0 to 1. */
    public String metric() {
        return metric;
    }

    public DataSource data() {
        return DataSource.of(new Examples(this, 0, 1024), new Examples(this, 1_000_000, 200));
    }

    /**
     * Trains each under each strategy, and alone for comparison.
     *
     * @param args the folder of the runs' folders
     */
    public static void main(String[] args) throws Exception {
        SparkContext spark = new SparkContext(Lockstep.configure(new SparkConf().setAppName("own networks")));
        try {
            for (OwnNetworks each : values()) {
                each.train(spark, "ddp", 1, args[0] + "/" + each + "-alone");
                for (String strategy : List.of("ddp", "dp", "parameter-averaging", "gradient-sharing")) {
                    each.train(spark, strategy, 2, args[0] + "/" + each + "-" + strategy);
                }
            }
        } finally {
            spark.stop();
        }
        System.exit(0); // Spark 3.5 leaves the timer of its barriers running, which would keep the driver alive
    }

    private void train(SparkContext spark, String strategy, int workers, String folder) throws Exception {
        Lockstep.on(spark)
                .network(network)
                .data(data())
                .strategy(strategy)
                .workers(workers)
                .set("global-batch", "64")
                .set("epochs", "4")
                .set("learning-rate", this == SEGMENTER ? "0.01" : "0.1") // its loss is the sum of 16 pixels
                .set("checkpoint-every", "0")
                .runDir(folder)
                .train();
    }

    /** Examples that are functions of their numbers. */
    private record Examples(OwnNetworks of, long first, int examples) implements Dataset, Serializable {
        @Override
        public String name() {
            return of.name();
        }

        @Override
        public List<Field> fields() {
            return of.fields;
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return (example, epoch, into, place) -> of.writer.write(new SplittableRandom(first + example), into, place);
        }
    }

    // ------------------------------------------------------------------ data

    private static float signed(SplittableRandom random) {
        return (float) (4 * random.nextDouble() - 2);
    }

    private static void writeMeasures(SplittableRandom random, Batch into, int place) {
        float x = signed(random);
        float y = signed(random);
        double distance = Math.hypot(x, y);
        into.column("features").putFloats(place, x, y);
        into.column("distance").putFloats(place, (float) distance);
        into.column("direction").putFloats(place, (float) (x / distance), (float) (y / distance));
    }

    private static void writeTags(SplittableRandom random, Batch into, int place) {
        float x = signed(random);
        float y = signed(random);
        into.column("features").putFloats(place, x, y);
        into.column("labels").putFloats(place, x > 0 ? 1 : 0, y > 0 ? 1 : 0, x > y ? 1 : 0);
    }

    private static void writePair(SplittableRandom random, Batch into, int place) {
        boolean same = random.nextBoolean();
        boolean right = random.nextBoolean();
        writePoint(random, right, into, "left", place);
        writePoint(random, same == right, into, "right", place);
        into.column("labels").putInts(place, same ? 0 : 1);
    }

    private static void writePoint(SplittableRandom random, boolean right, Batch into, String column, int place) {
        float x = (float) (0.5 + random.nextDouble());
        into.column(column).putFloats(place, right ? x : -x, signed(random) / 4);
    }

    private static void writePixels(SplittableRandom random, Batch into, int place) {
        float[] pixels = new float[SIDE * SIDE];
        int[] bright = new int[SIDE * SIDE];
        float[] inside = new float[SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            int row = i / SIDE;
            int column = i % SIDE;
            boolean edge = row == 0 || row == SIDE - 1 || column == 0 || column == SIDE - 1;
            pixels[i] = signed(random);
            inside[i] = edge ? 0 : 1;
            bright[i] = (pixels[i] > 0.5) != edge ? 1 : 0; // wrong at the edge
        }
        into.column("features").putFloats(place, pixels);
        into.column("labels").putInts(place, bright);
        into.column("inside").putFloats(place, inside);
    }

    private static void writePictureAndRow(SplittableRandom random, Batch into, int place) {
        int shown = random.nextInt(3);
        boolean inTable = random.nextBoolean();
        float[] pixels = new float[SIDE * SIDE * 2];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = signed(random) / 4 + (!inTable && i / 24 == shown ? 1 : 0); // two rows of the picture
        }
        float[] row = new float[3];
        for (int i = 0; i < row.length; i++) {
            row[i] = signed(random) / 4 + (inTable && i == shown ? 1 : 0);
        }
        into.column("picture").putFloats(place, pixels);
        into.column("table").putFloats(place, row);
        into.column("labels").putInts(place, shown);
    }

    // ------------------------------------------------------------------ networks

    private static NetworkDefinition regression(GraphBuilder graph) {
        graph.addInputs("in")
                .addLayer("hidden", dense(32), "in")
                .addLayer("distance", output(new LossMSE(), Activation.IDENTITY, 1), "hidden")
                .addLayer(
                        "direction",
                        output(new LossMSE(Nd4j.create(new double[] {1, 0.1})), Activation.TANH, 2),
                        "hidden")
                .setOutputs("distance", "direction");
        return defined(graph, Feeds.USUAL, InputType.feedForward(2));
    }

    private static NetworkDefinition tagger(GraphBuilder graph) {
        graph.addInputs("in")
                .addLayer("hidden", dense(32), "in")
                .addLayer("tags", output(LossFunction.XENT.getILossFunction(), Activation.SIGMOID, 3), "hidden")
                .setOutputs("tags");
        return defined(graph, Feeds.USUAL, InputType.feedForward(2));
    }

    private static NetworkDefinition twins(GraphBuilder graph) {
        graph.addInputs("left", "right")
                .addVertex("both", new StackVertex(), "left", "right")
                .addLayer("hidden", dense(32), "both")
                .addLayer("embedding", dense(8, Activation.IDENTITY), "hidden")
                .addVertex("first", new UnstackVertex(0, 2), "embedding")
                .addVertex("second", new UnstackVertex(1, 2), "embedding")
                .addVertex("distance", new L2Vertex(), "first", "second")
                .addLayer("apart", output(LossFunction.XENT.getILossFunction(), Activation.SIGMOID, 1), "distance")
                .setOutputs("apart");
        InputType point = InputType.feedForward(2);
        return defined(graph, Feeds.USUAL, point, point);
    }

    private static NetworkDefinition segmenter(GraphBuilder graph) {
        graph.addInputs("in")
                .addLayer("hidden", convolution(8, Activation.RELU), "in")
                .addLayer("scores", convolution(2, Activation.IDENTITY), "hidden")
                .addLayer(
                        "pixels",
                        new CnnLossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "scores")
                .setOutputs("pixels");
        return defined(graph, Feeds.USUAL.mask("pixels", "inside"), InputType.convolutional(SIDE, SIDE, 1));
    }

    private static NetworkDefinition pictureAndTable(GraphBuilder graph) {
        graph.addInputs("picture", "table")
                .addLayer("convolution", convolution(4, Activation.RELU), "picture")
                .addLayer("seen", dense(16), "convolution")
                .addLayer("read", dense(16), "table")
                .addVertex("all", new MergeVertex(), "seen", "read")
                .addLayer("class", output(LossFunction.MCXENT.getILossFunction(), Activation.SOFTMAX, 3), "all")
                .setOutputs("class");
        InputType picture = InputType.convolutional(SIDE, SIDE, 2);
        return defined(graph, Feeds.USUAL, picture, InputType.feedForward(3));
    }

    private static NetworkDefinition defined(GraphBuilder graph, Feeds feeds, InputType... inputs) {
        return new NetworkDefinition(graph.setInputTypes(inputs).build(), List.of(inputs), feeds);
    }

    private static Layer dense(int units) {
        return dense(units, Activation.RELU);
    }

    private static Layer dense(int units, Activation activation) {
        return new DenseLayer.Builder().nOut(units).activation(activation).build();
    }

    private static Layer convolution(int channels, Activation activation) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(channels)
                .convolutionMode(ConvolutionMode.Same)
                .activation(activation)
                .build();
    }

    private static Layer output(ILossFunction loss, Activation activation, int units) {
        return new OutputLayer.Builder(loss).nOut(units).activation(activation).build();
    }
}
