package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.Range;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterCountTest {
    // channels, side, classes; parameters without running statistics
    @ParameterizedTest
    @CsvSource({
        "mlp,      1, 28,   10,    266610", // LeCun et al. 1998: 784-300-100-10
        "mlp,      3, 32,   10,    953010",
        "lenet5,   1, 28,   10,     61706", // 156 + 2416 + 48120 + 10164 + 850
        "lenet5,   1, 32,   10,     61706",
        "lenet5,   3, 32,   10,     62006",
        "resnet20, 3, 32,   10,    269722", // He et al. 2015, table 6: 0.27M
        "resnet20, 3, 32,  100,    275572",
        "resnet20, 1, 28,   10,    269434",
        "resnet32, 3, 32,   10,    464154", // 0.46M
        "resnet44, 3, 32,   10,    658586", // 0.66M
        "resnet56, 3, 32,   10,    853018", // 0.85M
        "resnet110, 3, 32,  10,   1727962", // 1.7M
        "resnet18, 3, 32,   10,  11173962",
        "resnet18, 3, 32,  100,  11220132",
        "resnet18, 3, 224, 1000, 11689512",
        "resnet34, 3, 32,   10,  21282122",
        "resnet34, 3, 224, 1000, 21797672",
        "lstm,     1, 28,   10,     81674", // 4 x 128 x (28 + 128 + 1) + 1290, PyTorch's less its second bias
        "lstm,     3, 32,   10,    116490",
        "lstm-2x256, 1, 28, 10,    819722",
        "bilstm,   1, 28,   10,    359178",
        "gru,      1, 28,   10,     61962", // 3 x 128 x (28 + 128 + 2) + 1290
        "simple-rnn, 1, 28, 10,     21386",
        "resnet50, 3, 32,   10,  23520842",
        "vgg16-bn, 3, 32,   10,  14724042", // 14728266 in other implementations, whose convolutions have 4224 biases
        "vgg11,    1, 32,  100,   9270628",
        "googlenet, 3, 32,  10,   10326350", // 5,976,122, and auxiliary classifiers of 2,174,090 and 2,176,138
        "googlenet-bn, 3, 32, 10, 5983402",
        "nin,      3, 32,   10,    966986", // Lin et al.: 0.97M
        "preact-resnet18, 3, 32, 10, 11172170",
        "preact-resnet164, 3, 32, 10, 1703258", // He et al. 2016: 1.7M
        "wrn16-4,  3, 32,   10,   2748890", // Zagoruyko and Komodakis 2016, table 4: 2.7M
        "wrn40-2,  3, 32,   10,   2243546", // 2.2M
        "vit,      3, 32,   10,   2693578", // 9,408 + 192 + 65 x 192 + 6 x 444,864 + 384 + 1,930
        "vit,      1, 28,  100,   2701924",
    })
    void theParametersAreThePapers(String name, int channels, int side, int classes, long parameters) {
        ModelInput input = new ModelInput(channels, side, side, classes);
        try (Dl4jReplica replica =
                new Dl4jReplica(ModelZoo.get(name).build(input, Hyperparameters.defaults(), 1), 1, 0)) {
            long statistics =
                    replica.statistics().stream().mapToLong(Range::size).sum();
            assertThat(replica.parameters().remaining() / Float.BYTES - statistics)
                    .isEqualTo(parameters);
        }
    }

    // counted from the configuration alone: networks that take gigabytes
    @ParameterizedTest
    @CsvSource({
        "vgg11, 224, 1000, 132863336", // torchvision's numbers, here and below
        "vgg13, 224, 1000, 133047848",
        "vgg16, 224, 1000, 138357544", // Simonyan and Zisserman 2015, table 2: 138M
        "vgg19, 224, 1000, 143667240",
        "vgg11-bn, 224, 1000, 132866088", // 132868840 in torchvision, whose convolutions have 2752 biases
        "vgg13-bn, 224, 1000, 133050792", // 133053736 with 2944
        "vgg16-bn, 224, 1000, 138361768", // 138365992 with the 4224 biases that batch norm would subtract again
        "vgg19-bn, 224, 1000, 143672744", // 143678248 with 5504
        "resnet50, 224, 1000, 25557032",
        "resnet101, 224, 1000, 44549160",
        "resnet152, 224, 1000, 60192808",
        "googlenet, 224, 1000, 13378280", // Caffe's bvlc_googlenet, with both auxiliary classifiers
        "googlenet-bn, 224, 1000, 7005832",
        "alexnet, 224, 1000, 62378344", // Krizhevsky et al. 2012: 60M with three layers cut in halves
        "wrn28-10, 32, 10, 36479194", // Zagoruyko and Komodakis 2016, table 4: 36.5M
    })
    void theParametersOfLargeNetworksAreThePapers(String name, int side, int classes, long parameters) {
        ModelInput input = new ModelInput(3, side, side, classes);
        NetworkDefinition definition = ModelZoo.get(name).build(input, Hyperparameters.defaults(), 1);
        assertThat(ModelSummary.of(definition).parameters()).isEqualTo(parameters);
    }

    /** Those that play against each other have theirs in {@link AdversarialModelsTest}. */
    @Test
    void everyNetworkOfTheZooHasARow() {
        Set<String> counted = Stream.of(ParameterCountTest.class, AdversarialModelsTest.class)
                .flatMap(test -> Arrays.stream(test.getDeclaredMethods()))
                .filter(method -> method.getName().matches("(theP|p)arameters.*"))
                .flatMap(method -> Arrays.stream(method.getAnnotationsByType(CsvSource.class)))
                .flatMap(rows -> Arrays.stream(rows.value()))
                .map(row -> row.substring(0, row.indexOf(',')).trim())
                .collect(Collectors.toSet());
        assertThat(counted).containsAll(ModelZoo.names());
    }

    @Test
    void picturesThatANetworkWouldShrinkToNothingAreRefused() {
        ModelInput small = new ModelInput(1, 28, 28, 10);
        assertThatThrownBy(() -> ModelZoo.get("vgg16").build(small, Hyperparameters.defaults(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("vgg16 needs images of 32x32 or more, not 28x28");
    }

    // steps, characters, parameters
    @ParameterizedTest
    @CsvSource({
        "char-lstm, 64, 65, 874881", // 65 x 64 + 4 x 256 x (64 + 256 + 1) + 4 x 256 x (512 + 1) + 65 x 257
        "char-gru,  64, 65, 662913", // 65 x 64 + 3 x 256 x (64 + 256 + 2) + 3 x 256 x (512 + 2) + 65 x 257
        "char-rnn,  64, 65, 234369", // 65 x 64 + 256 x (64 + 256 + 1) + 256 x (512 + 1) + 65 x 257
        "gpt,       64, 65, 812416", // nanoGPT's 804,096 (its 0.80M and the positions) and an output of its own
        "gpt,      256, 100, 845952",
        "transformer, 20, 11, 928523", // 11 x 128 + 2 x (198,272 + 264,576) + 11 x 129
        // 257 x 128 + 64 x 128 + 4 blocks of 198,272 + 256, and an output of 128 x 256 + 256; BERT base's blocks are
        // 7,087,872 each
        "bert,      64, 256, 867456",
        "bert,     128, 256, 875648",
        "bert-classifier, 128, 9, 843785",
        "gpt-6x384, 256, 65, 10770048", // nanoGPT's 10,745,088 (10.65M and the positions) and an output of its own
    })
    void theParametersOfLanguageModelsAreTheirSources(String name, int steps, int characters, long parameters) {
        ModelInput input = new ModelInput(1, steps, 1, characters);
        NetworkDefinition definition = ModelZoo.get(name).build(input, Hyperparameters.defaults(), 1);
        assertThat(ModelSummary.of(definition).parameters()).isEqualTo(parameters);
        try (Dl4jReplica replica = new Dl4jReplica(definition, 1, 0)) {
            assertThat(replica.parameters().remaining() / Float.BYTES).isEqualTo((int) parameters);
        }
    }

    // millions of multiply-adds of forward, as the papers and their usual implementations count them
    @ParameterizedTest
    @CsvSource({
        "resnet20, 32,  10,     40.55",
        "resnet110, 32, 10,    252.89",
        "resnet18, 32,  10,    555.42",
        "resnet18, 224, 1000, 1814.07", // He et al. 2015, table 1: 1.8 GFLOPs, counted in multiply-adds
        "resnet34, 224, 1000, 3663.76", // 3.6
        "resnet50, 224, 1000, 4089.18", // 3.8 with the stride in the first convolution of a block
        "vgg16, 224, 1000, 15470.26", // torchvision: 15.47
        "googlenet, 224, 1000, 1582.67", // Szegedy et al. 2015, section 1: 1.5 billion; auxiliary classifiers apart
    })
    void theSummaryCountsWhatTheNetworkHas(String name, int side, int classes, double millions) {
        NetworkDefinition definition =
                ModelZoo.get(name).build(new ModelInput(3, side, side, classes), Hyperparameters.defaults(), 1);
        ModelSummary summary = ModelSummary.of(definition);
        assertThat(summary.multiplyAdds() / 1e6).isCloseTo(millions, within(0.01));
        try (Dl4jReplica replica = new Dl4jReplica(definition, 1, 0)) {
            assertThat(summary.parameters() + summary.statistics())
                    .isEqualTo(replica.parameters().remaining() / Float.BYTES);
        }
    }
}
