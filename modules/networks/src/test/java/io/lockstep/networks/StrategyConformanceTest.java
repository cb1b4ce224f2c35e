package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.WireType;
import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.TextOptions;
import io.lockstep.engine.Precision;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.layers.ImageToSequence;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.Strategy;
import io.lockstep.training.run.RunOptions;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;
import io.lockstep.training.run.TestRun;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DataParallel;
import io.lockstep.training.strategies.DistributedDataParallel;
import io.lockstep.training.strategies.ParameterAveraging;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * N ranks that share a batch make the steps of one rank on all of it: for every strategy that promises it, whatever the
 * network, the updater, the regularisation and the clipping. 23 examples by 10: the last batch of an epoch has 3, so that
 * of four ranks one has none; the others have unequal shares.
 */
class StrategyConformanceTest {
    private static final int STEPS = 5;
    private static final double TOLERANCE = 1e-6;
    private static final Strategy.Factory DDP =
            new DistributedDataParallel.Options(BucketSize.ofBytes(1024), WireType.FLOAT32, true);
    private static final Strategy.Factory DP = new DataParallel.Options(BucketSize.BY_GRADIENT, true);
    private static final Strategy.Factory AVERAGING = new ParameterAveraging.Options(1, 0, true);

    @TempDir
    Path folder;

    private boolean synchronise = true;

    enum Model {
        PERCEPTRON,
        CONVOLUTIONAL,
        LSTM,
        BATCH_NORM,
        NOISE
    }

    enum Regularization {
        L1,
        L2,
        WEIGHT_DECAY
    }

    enum Clipping {
        NONE,
        PER_LAYER,
        GLOBAL_NORM
    }

    record Case(Model model, UpdaterName updater, Regularization regularization, Clipping clipping) {}

    /** All combinations for the perceptron; each pair of choices at least once for the others. */
    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        UpdaterName[] updaters = {UpdaterName.SGD, UpdaterName.NESTEROVS, UpdaterName.ADAM, UpdaterName.AMSGRAD};
        for (UpdaterName updater : updaters) {
            for (Regularization regularization : Regularization.values()) {
                for (Clipping clipping : Clipping.values()) {
                    cases.add(new Case(Model.PERCEPTRON, updater, regularization, clipping));
                }
                int mixed = (updater.ordinal() + regularization.ordinal()) % Clipping.values().length;
                cases.add(new Case(Model.CONVOLUTIONAL, updater, regularization, Clipping.values()[mixed]));
                cases.add(new Case(Model.LSTM, updater, regularization, Clipping.values()[2 - mixed]));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void manyRanksMakeTheStepsOfOne(Case what) throws Exception {
        List<Double> one = losses(what, DDP, 1, true);
        assertThat(one).hasSize(STEPS + 1);
        assertThat(one.get(STEPS - 1)).isNotEqualTo(one.get(0));
        int ranks = 2 + Math.floorMod(what.updater().ordinal() + what.clipping().ordinal(), 3);
        assertSame(losses(what, DDP, ranks, true), one, "ddp, " + ranks + " ranks");
        int others = 2 + ranks % 3;
        assertSame(losses(what, DP, others, true), one, "dp, " + others + " ranks");
        if (what.updater() == UpdaterName.SGD && what.clipping() == Clipping.NONE) {
            assertSame(
                    losses(what, AVERAGING, ranks, true), one, "parameter-averaging every step, " + ranks + " ranks");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4}) // with 4, one has no example in the last batch of an epoch
    void withSynchronisedBatchNormManyRanksMakeTheStepsOfOneToo(int ranks) throws Exception {
        Case what = new Case(Model.BATCH_NORM, UpdaterName.NESTEROVS, Regularization.L2, Clipping.NONE);
        var waiting = new DistributedDataParallel.Options(BucketSize.ofBytes(1024), WireType.FLOAT32, false);
        List<Double> one = losses(what, waiting, 1, true);

        assertSame(losses(what, waiting, ranks, true), one, "synchronised, " + ranks + " ranks", 2e-5);
        synchronise = false;
        assertThat(losses(what, waiting, ranks, true).get(STEPS - 1))
                .as("each rank's own batch norm")
                .isNotCloseTo(one.get(STEPS - 1), within(1e-4));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void noiseIsDrawnForAnExampleAndNotForARank(int ranks) throws Exception {
        Case what = new Case(Model.NOISE, UpdaterName.NESTEROVS, Regularization.L2, Clipping.NONE);

        assertSame(losses(what, DDP, ranks, true), losses(what, DDP, 1, true), "ddp, " + ranks + " ranks");
    }

    static Stream<Case> casesOnDl4j() {
        return cases().filter(what -> what.model() != Model.PERCEPTRON && what.regularization() == Regularization.L2);
    }

    @ParameterizedTest
    @MethodSource("casesOnDl4j")
    void soDoRanksOnDl4jsRuntime(Case what) throws Exception {
        assertSame(losses(what, DDP, 3, false), losses(what, DDP, 1, false), "ddp on DL4J, 3 ranks");
    }

    private static void assertSame(List<Double> many, List<Double> one, String what) {
        assertSame(many, one, what, TOLERANCE);
    }

    private static void assertSame(List<Double> many, List<Double> one, String what, double tolerance) {
        assertThat(many).as(what).hasSameSizeAs(one);
        for (int i = 0; i < one.size(); i++) {
            assertThat(many.get(i)).as("%s, loss %d", what, i).isCloseTo(one.get(i), within(tolerance * one.get(i)));
        }
    }

    private static NetworkDefinition network(Case what, InputType type) {
        Hyperparameters hyperparameters = hyperparameters(what);
        NeuralNetConfiguration.Builder builder = hyperparameters.newConfiguration(11);
        builder.weightInit(WeightInit.XAVIER);
        if (what.clipping() == Clipping.PER_LAYER) {
            builder.gradientNormalization(GradientNormalization.ClipL2PerLayer).gradientNormalizationThreshold(0.05);
        }
        GraphBuilder graph = builder.graphBuilder().addInputs("in");
        String last =
                switch (what.model()) {
                    case PERCEPTRON -> dense(graph);
                    case CONVOLUTIONAL -> convolutions(graph);
                    case LSTM -> recurrent(graph);
                    case BATCH_NORM -> normalized(graph);
                    case NOISE -> noisy(graph);
                };
        OutputLayer output = new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(10)
                .activation(Activation.SOFTMAX)
                .build();
        graph.addLayer("out", output, last).setOutputs("out").setInputTypes(type);
        return new NetworkDefinition(hyperparameters.applyTo(graph.build()), type);
    }

    private static Hyperparameters hyperparameters(Case what) {
        boolean adaptive = what.updater() == UpdaterName.ADAM || what.updater() == UpdaterName.AMSGRAD;
        double strength = 0.01;
        Regularization term = what.regularization();
        // an epsilon far above rounding: Adam's step is the sign of a gradient that is otherwise nothing but rounding
        UpdaterSettings updater = UpdaterSettings.of(what.updater(), adaptive ? 0.01 : 0.1);
        return Hyperparameters.defaults()
                .withUpdater(updater.withEpsilon(1e-3))
                .withRegularization(
                        term == Regularization.L1 ? strength / 10 : 0,
                        term == Regularization.L2 ? strength : 0,
                        term == Regularization.WEIGHT_DECAY ? strength : 0);
    }

    private static String dense(GraphBuilder graph) {
        graph.addLayer(
                "hidden",
                new DenseLayer.Builder().nOut(8).activation(Activation.TANH).build(),
                "in");
        return "hidden";
    }

    private static String noisy(GraphBuilder graph) {
        DenseLayer.Builder wide = new DenseLayer.Builder().nOut(32).activation(Activation.TANH);
        graph.addLayer("wide", wide.weightNoise(new DropConnect(0.7)).build(), "in");
        graph.addLayer("dropped", new DropoutLayer.Builder(0.5).build(), "wide");
        return "dropped";
    }

    private static String convolutions(GraphBuilder graph) {
        ConvolutionLayer.Builder convolution = new ConvolutionLayer.Builder(3, 3)
                .stride(4, 4)
                .nOut(6)
                .activation(Activation.TANH)
                .dataFormat(CNN2DFormat.NHWC);
        convolution.convolutionMode(ConvolutionMode.Same);
        graph.addLayer("convolution", convolution.build(), "in");
        return "convolution";
    }

    private static String normalized(GraphBuilder graph) {
        BatchNormalization norm =
                new BatchNormalization.Builder().dataFormat(CNN2DFormat.NHWC).build();
        graph.addLayer("norm", norm, convolutions(graph));
        return "norm";
    }

    private static String recurrent(GraphBuilder graph) {
        LSTM lstm = new LSTM.Builder().nOut(6).activation(Activation.TANH).build();
        graph.addLayer(
                "lstm", new LastTimeStep(lstm), new ImageToSequence(ImageToSequence.Steps.ROWS, 32, 32, 3), "in");
        return "lstm";
    }

    /** The loss of each step, then the test's; replicas are compared after every step. */
    private List<Double> losses(Case what, Strategy.Factory strategy, int worldSize, boolean compiled)
            throws Exception {
        List<Double> losses = new ArrayList<>();
        RunOptions options = options(what, strategy);
        ReplicaFactory replicas = setup -> {
            var shape = setup.examples();
            InputType type = InputType.convolutional(shape.height(), shape.width(), shape.channels(), CNN2DFormat.NHWC);
            NetworkDefinition network = network(what, type);
            return compiled
                    ? new CompiledReplica(
                            network, setup.largestBatch(), 0, 1, Precision.FLOAT32, synchronise ? setup.group() : null)
                    : new Dl4jReplica(network, setup.largestBatch(), 0);
        };
        TestRun run = TestRun.of(worldSize, options, replicas);
        assertThat(run.hashes().stream().distinct()).hasSize(1);
        run.events().forEach(event -> add(event, losses));
        return losses;
    }

    private static void add(RunEvent event, List<Double> losses) {
        if (event instanceof RunEvent.Reported reported) {
            losses.add(reported.report().loss());
        } else if (event instanceof RunEvent.Evaluated evaluated) {
            losses.add(evaluated.evaluation().loss());
        }
    }

    private RunOptions options(Case what, Strategy.Factory strategy) {
        return RunOptions.builder(
                        "test", new DataOptions("shapes", folder.toString(), 23, 20, TextOptions.DEFAULT), strategy)
                .globalBatch(10)
                .steps(STEPS)
                .seed(7)
                .learning(new LearningOptions(hyperparameters(what).learningRate(), "constant", List.of(), 1, 0))
                .augmentation(Augmentation.CROP_AND_FLIP)
                .clipNorm(what.clipping() == Clipping.GLOBAL_NORM ? 0.1 : 0)
                .checkpoints(new CheckpointOptions(folder.resolve("run").toString(), 1000, 1, false))
                .build();
    }
}
