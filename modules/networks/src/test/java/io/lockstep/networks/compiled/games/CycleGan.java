package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.engine.operations.ElementLosses.ElementLoss;
import io.lockstep.engine.operations.ElementLosses.Kind;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.networks.Feeds;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.games.GamePass;
import io.lockstep.networks.games.GameTurn;
import io.lockstep.networks.games.Source;
import io.lockstep.networks.games.TurnList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Zhu et al. 2017, as small as it can be: two generators draw pictures of one kind from those of the other, two
 * discriminators tell them from real ones, and there and back again should be where one came from.
 */
final class CycleGan {
    static final int SIDE = 4;
    static final int PIXELS = SIDE * SIDE;
    static final double CYCLE = 10;
    static final double IDENTITY = 5;
    static final List<String> PARTS = List.of("G", "F", "DA", "DB");
    private static final InputType TYPE = InputType.convolutional(SIDE, SIDE, 1, CNN2DFormat.NHWC);
    private static final BinaryLoss JUDGEMENT = new BinaryLoss(Rule.CROSS_ENTROPY);
    private static final ElementLoss DISTANCE = new ElementLoss(Kind.ABSOLUTE, true);

    private CycleGan() {}

    /** Both generators learn together, as do both discriminators. */
    static NetworkDefinition inTwoTurns() {
        TurnList.Builder game = game();
        GamePass.Losses drawn = GamePass.empty()
                .applied("fakeB", "G", "a")
                .applied("fakeA", "F", "b")
                .applied("backA", "F", "fakeB")
                .applied("backB", "G", "fakeA")
                .applied("sameB", "G", "b")
                .applied("judgedB", "DB", "fakeB")
                .applied("judgedA", "DA", "fakeA")
                .loss("taken_b", JUDGEMENT, 1, "judgedB", 1)
                .loss("taken_a", JUDGEMENT, 1, "judgedA", 1)
                .loss("cycle_a", DISTANCE, CYCLE, "backA", "a")
                .loss("cycle_b", DISTANCE, CYCLE, "backB", "b")
                .loss("same_b", DISTANCE, IDENTITY, "sameB", "b");
        GamePass.Losses real = GamePass.empty()
                .applied("judgedA", "DA", "a")
                .applied("judgedB", "DB", "b")
                .loss("real_a", JUDGEMENT, 0.5, "judgedA", 1)
                .loss("real_b", JUDGEMENT, 0.5, "judgedB", 1);
        GamePass.Losses fake = GamePass.empty()
                .applied("judgedA", "DA", "fakeA")
                .applied("judgedB", "DB", "fakeB")
                .loss("fake_a", JUDGEMENT, 0.5, "judgedA", 0)
                .loss("fake_b", JUDGEMENT, 0.5, "judgedB", 0);
        game.turn(GameTurn.training("generators", "G", "F").pass(drawn));
        game.turn(GameTurn.training("discriminators", "DA", "DB")
                .drawing("fakeA", "F", "b")
                .drawing("fakeB", "G", "a")
                .pass(real)
                .pass(fake)
                .every(2)
                .atRate(0.5));
        return new NetworkDefinition(configuration(), List.of(TYPE, TYPE), game.build(), Feeds.USUAL);
    }

    /** Each part learns in a turn of its own, though DL4J's order has another's parameters between its own. */
    static NetworkDefinition inFourTurns() {
        TurnList.Builder game = game();
        game.turn(generator("G", "a", "F", "DB")).turn(generator("F", "b", "G", "DA"));
        game.turn(discriminator("DA", "a", "F", "b")).turn(discriminator("DB", "b", "G", "a"));
        return new NetworkDefinition(configuration(), List.of(TYPE, TYPE), game.build(), Feeds.USUAL);
    }

    /** Both discriminators learn together, from a pass for each of them and for each kind of pictures. */
    static NetworkDefinition inManyPasses() {
        GameTurn turn = GameTurn.training("discriminators", "DA", "DB")
                .drawing("fakeA", "F", "b")
                .drawing("fakeB", "G", "a")
                .pass(judging("DA", "a", 1))
                .pass(judging("DB", "b", 1))
                .pass(judging("DB", "fakeB", 0))
                .pass(judging("DA", "fakeA", 0));
        return new NetworkDefinition(
                configuration(), List.of(TYPE, TYPE), game().turn(turn).build(), Feeds.USUAL);
    }

    private static GamePass judging(String part, String value, double label) {
        return GamePass.empty().applied("judged", part, value).loss(part + value, JUDGEMENT, 0.5, "judged", label);
    }

    private static GameTurn generator(String part, String reads, String back, String judge) {
        return GameTurn.training(part, part)
                .pass(GamePass.empty()
                        .applied("fake", part, reads)
                        .applied("judged", judge, "fake")
                        .applied("back", back, "fake")
                        .loss("taken", JUDGEMENT, 1, "judged", 1)
                        .loss("cycle", DISTANCE, CYCLE, "back", reads));
    }

    private static GameTurn discriminator(String part, String real, String draws, String from) {
        return GameTurn.training(part, part)
                .drawing("fake", draws, from)
                .pass(GamePass.empty().applied("judged", part, real).loss("real", JUDGEMENT, 1, "judged", 1))
                .pass(GamePass.empty().applied("judged", part, "fake").loss("fake", JUDGEMENT, 1, "judged", 0))
                .clippedTo(0.5);
    }

    private static TurnList.Builder game() {
        return TurnList.builder()
                .part("G", "fake_b", "a")
                .part("F", "fake_a", "b")
                .part("DA", "judged_a", "fake_a")
                .part("DB", "judged_b", "fake_b")
                .given("a", new Source.Column("a"))
                .given("b", new Source.Column("b"))
                .pictures();
    }

    private static ComputationGraphConfiguration configuration() {
        Hyperparameters hyperparameters = Hyperparameters.defaults().withUpdater(UpdaterName.ADAM, 0.01);
        ComputationGraphConfiguration configuration = hyperparameters
                .newConfiguration(5)
                .graphBuilder()
                .addInputs("a", "b")
                .addLayer("g1", convolution(3), "a")
                .addLayer("f1", convolution(2), "b")
                .addLayer("fake_b", convolution(1), "g1")
                .addLayer("fake_a", convolution(1), "f1")
                .addLayer("db1", convolution(2), "fake_b")
                .addLayer("da1", convolution(3), "fake_a")
                .addLayer("judged_b", judging(), "db1")
                .addLayer("judged_a", judging(), "da1")
                .setOutputs("judged_a", "judged_b")
                .setInputTypes(TYPE, TYPE)
                .build();
        hyperparameters.separateUpdater(configuration, Set.of("f1", "fake_a", "da1", "judged_a"));
        return configuration;
    }

    private static ConvolutionLayer convolution(int channels) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(channels)
                .convolutionMode(ConvolutionMode.Same)
                .dataFormat(CNN2DFormat.NHWC)
                .activation(Activation.TANH)
                .build();
    }

    private static OutputLayer judging() {
        return new OutputLayer.Builder(LossFunction.XENT)
                .nOut(1)
                .activation(Activation.SIGMOID)
                .build();
    }

    /** Bright spots and dark ones; the same for the same place and step. */
    static Batch pictures(int from, int size, long step) {
        float[] a = new float[size * PIXELS];
        float[] b = new float[size * PIXELS];
        for (int i = 0; i < size; i++) {
            Random random = new Random(31 * step + from + i);
            int spot = random.nextInt(PIXELS);
            for (int p = 0; p < PIXELS; p++) {
                a[i * PIXELS + p] = (p == spot ? 0.9f : -0.3f) + 0.2f * random.nextFloat();
                b[i * PIXELS + p] = (p == spot ? -0.9f : 0.4f) + 0.2f * random.nextFloat();
            }
        }
        Field picture = Field.float32("a", SIDE, SIDE, 1);
        return new Batch(
                size, from, Column.ofFloats(picture, a), Column.ofFloats(Field.float32("b", SIDE, SIDE, 1), b));
    }
}
