package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NoiseTest {
    private static final int BATCH = 8;

    static Stream<Consumer<BaseLayer>> noises() {
        Stream<IDropout> dropouts =
                Stream.of(new Dropout(0.5), new GaussianDropout(0.5), new GaussianNoise(0.5), new AlphaDropout(0.5));
        return Stream.concat(
                dropouts.map(dropout -> layer -> layer.setIDropout(dropout)),
                Stream.of(layer -> layer.setWeightNoise(new DropConnect(0.5))));
    }

    @ParameterizedTest
    @MethodSource("noises")
    void theSeedDecidesTheLossAndEvaluationIsDl4js(Consumer<BaseLayer> noise) {
        NetworkDefinition definition = noisy(noise);
        Batch batch = Networks.batch(definition, 1, 0, BATCH);
        try (Dl4jReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                CompiledReplica one = new CompiledReplica(definition, BATCH, 0, 1);
                CompiledReplica two = new CompiledReplica(definition, BATCH, 0, 2)) {
            double loss = one.forwardBackward(batch, 5, mark -> {}).lossSum();
            assertThat(one.forwardBackward(batch, 6, mark -> {}).lossSum()).isNotEqualTo(loss);
            assertThat(one.forwardBackward(batch, 5, mark -> {}).lossSum()).isEqualTo(loss);
            assertThat(two.forwardBackward(batch, 5, mark -> {}).lossSum()).isCloseTo(loss, within(1e-5));
            double expected = dl4j.evaluate(batch, new int[BATCH]).lossSum();
            assertThat(one.evaluate(batch, new int[BATCH]).lossSum()).isCloseTo(expected, within(1e-4));
        }
    }

    @Test
    void otherWeightNoiseIsRefusedByName() {
        NetworkDefinition definition =
                noisy(layer -> layer.setWeightNoise(new WeightNoise(new NormalDistribution(0, 1))));
        assertThatThrownBy(() -> new CompiledReplica(definition, BATCH, 0, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("hidden")
                .hasMessageContaining("weight noise");
    }

    private static NetworkDefinition noisy(Consumer<BaseLayer> noise) {
        NetworkDefinition definition = Networks.perceptron(Hyperparameters.defaults());
        LayerVertex hidden =
                (LayerVertex) definition.configuration().getVertices().get("hidden");
        noise.accept((BaseLayer) hidden.getLayerConf().getLayer());
        return definition;
    }
}
