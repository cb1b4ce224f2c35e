package io.lockstep.runs.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class DataChecksTest {
    private static final GeneratedShapes PICTURES = new GeneratedShapes(1, 40, 10); // 32x32x3

    private static Configuration settings(String... keysAndValues) {
        Configuration configuration = new Configuration();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            configuration.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return configuration;
    }

    @Test
    void dataWithoutTrainingOrTestExamplesIsRefusedByItsName() {
        Configuration configuration = settings("data", "/data/mine");
        assertThatThrownBy(() -> DataChecks.requireTrainable(new GeneratedShapes(1, 0, 10), configuration))
                .isInstanceOf(UsageException.class)
                .hasMessage("/data/mine (generated) has no training examples: there is nothing to learn from");
        assertThatThrownBy(() -> DataChecks.requireTrainable(new GeneratedShapes(1, 10, 0), configuration))
                .isInstanceOf(UsageException.class)
                .hasMessage("/data/mine (generated) has no test examples: there is nothing to test the network on");
    }

    @Test
    void oneExampleForEachRankIsEnoughWhateverTheBatch() {
        for (String batch : new String[] {"2", "32", "1048576"}) {
            assertThatCode(() -> DataChecks.requireTrainable(
                            new GeneratedShapes(1, 2, 1), settings("global-batch", batch, "workers", "2")))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void fewerExamplesThanRanksAreRefused() {
        assertThatThrownBy(() -> DataChecks.requireTrainable(
                        new GeneratedShapes(1, 1, 1), settings("data", "/data/mine", "workers", "2")))
                .isInstanceOf(UsageException.class)
                .hasMessage("/data/mine (generated) has only 1 training example, which is less than one for each of"
                        + " workers = 2: add some, or set workers = 1");
        assertThatThrownBy(() -> DataChecks.requireTrainable(PICTURES, settings("train-examples", "2", "workers", "3")))
                .hasMessage("train-examples = 2, which is less than one for each of workers = 3: leave out fewer, or"
                        + " set workers = 2");
    }

    @Test
    void classesOfOneTrainingExampleOrNoneAreTold() {
        NetworkDefinition network = network(InputType.convolutional(1, 1, 1, CNN2DFormat.NHWC));
        assertThat(DataChecks.suspicion(new Counted(2, 1, 2, 0), network))
                .contains("of the 4 classes of made, there is no training example of 'c3', which cannot be learned,"
                        + " and there is only one training example of 'c1'");
        assertThat(DataChecks.suspicion(new Counted(2, 2), network)).isEmpty();
        assertThat(DataChecks.suspicion(PICTURES, network)).isEmpty(); // nobody has counted
    }

    /** Of so many training examples of each class. */
    private record Counted(int... trainClassCounts) implements DataSource {
        @Override
        public String name() {
            return "made";
        }

        @Override
        public String format() {
            return "counted";
        }

        @Override
        public List<Field> fields() {
            return Field.ofPictures(new ImageShape(1, 1, 1));
        }

        @Override
        public List<String> classNames() {
            return IntStream.range(0, trainClassCounts.length)
                    .mapToObj(label -> "c" + label)
                    .toList();
        }

        @Override
        public int examples(Split split) {
            return Arrays.stream(trainClassCounts).sum();
        }

        @Override
        public Dataset read(Split split, ExampleRange range) {
            throw new AssertionError("nothing need be read");
        }
    }

    @Test
    void aBatchThatNoBufferHoldsIsToldBeforeARankAllocatesIt() {
        var many = new GeneratedShapes(1, 2_000_000, 10);
        assertThatThrownBy(() -> DataChecks.requireTrainable(many, settings("global-batch", "400000", "workers", "2")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("200,000 examples of 32x32x3")
                .hasMessageContaining("lower global-batch");
        assertThatCode(() -> DataChecks.requireTrainable(
                        many, settings("global-batch", "400000", "workers", "2", "train-examples", "1000")))
                .doesNotThrowAnyException();
    }

    @Test
    void cropsThatHoldNothingOfAPictureAreRefused() {
        assertThatCode(() -> DataChecks.requireTrainable(PICTURES, settings("crop-padding", "63")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> DataChecks.requireTrainable(PICTURES, settings("crop-padding", "64")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("crop-padding = 64");
    }

    @ParameterizedTest(name = "pictures of {0}x{1}x{2}")
    @CsvSource({"28, 28, 1", "16, 64, 3", "64, 16, 3", "32, 32, 1", "96, 32, 1", "31, 32, 3"})
    void aNetworkForPicturesOfAnotherShapeIsRefusedWithBothShapes(int height, int width, int channels) {
        NetworkDefinition network = network(InputType.convolutional(height, width, channels, CNN2DFormat.NHWC));
        assertThatThrownBy(() -> DataChecks.requireShape(network, PICTURES))
                .isInstanceOf(UsageException.class)
                .hasMessage("the network reads pictures of " + height + "x" + width + "x" + channels
                        + ", and the pictures of shapes are 32x32x3 (height x width x channels)");
    }

    @Test
    void vectorsAndRowsMustBeThePicturesToo() {
        for (InputType fits : new InputType[] {
            InputType.convolutional(32, 32, 3, CNN2DFormat.NHWC),
            InputType.convolutional(32, 32, 3, CNN2DFormat.NCHW),
            InputType.feedForward(3072),
            InputType.recurrent(96, 32)
        }) {
            assertThatCode(() -> DataChecks.requireShape(network(fits), PICTURES))
                    .as(fits.toString())
                    .doesNotThrowAnyException();
        }
        assertThatThrownBy(() -> DataChecks.requireShape(network(InputType.feedForward(784)), PICTURES))
                .hasMessageContaining("vectors of 784 numbers")
                .hasMessageContaining("32x32x3");
        assertThatThrownBy(() -> DataChecks.requireShape(network(InputType.recurrent(32, 96)), PICTURES))
                .hasMessageContaining("96 rows of 32 numbers");
    }

    @Test
    void aGameOfOnesOwnDrawsThePicturesAndAsksForTheClassesOfTheData() {
        assertThatCode(() -> DataChecks.requireShape(game(3072, 0), PICTURES)).doesNotThrowAnyException();
        assertThatCode(() -> DataChecks.requireShape(game(3082, 10), PICTURES)).doesNotThrowAnyException();
        assertThatThrownBy(() -> DataChecks.requireShape(game(784, 0), PICTURES))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("draws vectors of 784 numbers");
        assertThatThrownBy(() -> DataChecks.requireShape(game(3077, 5), PICTURES))
                .hasMessageContaining("one of 5 classes, shapes has 10");
    }

    private static NetworkDefinition network(InputType input) {
        Layer first = input instanceof InputType.InputTypeRecurrent
                ? new LSTM.Builder().nOut(2).build()
                : new DenseLayer.Builder().nOut(2).build();
        var graph = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("first", first, "in");
        if (input instanceof InputType.InputTypeRecurrent) {
            graph.addLayer("last", new GlobalPoolingLayer.Builder().build(), "first");
        } else {
            graph.addLayer("last", new DenseLayer.Builder().nOut(2).build(), "first");
        }
        return new NetworkDefinition(
                graph.addLayer(
                                "out",
                                new OutputLayer.Builder(LossFunction.MCXENT)
                                        .nOut(10)
                                        .build(),
                                "last")
                        .setOutputs("out")
                        .setInputTypes(input)
                        .build(),
                input);
    }

    private static NetworkDefinition game(int drawn, int classes) {
        InputType noise = InputType.feedForward(4 + classes);
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("drawn", new DenseLayer.Builder().nOut(drawn).build(), "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.XENT)
                                .nOut(1)
                                .activation(Activation.SIGMOID)
                                .build(),
                        "drawn")
                .setOutputs("out")
                .setInputTypes(noise)
                .build();
        return new NetworkDefinition(configuration, noise, Adversarial.of("drawn", 4, classes));
    }
}
