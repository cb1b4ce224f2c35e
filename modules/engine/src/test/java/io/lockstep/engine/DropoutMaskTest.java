package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.operations.ActivationNoise;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Noise;
import io.lockstep.engine.operations.Noise.AlphaDropout;
import io.lockstep.engine.operations.Noise.Dropout;
import io.lockstep.engine.operations.Noise.GaussianDropout;
import io.lockstep.engine.operations.Noise.GaussianNoise;
import io.lockstep.engine.operations.Noise.SpatialDropout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DropoutMaskTest {
    private static final int DRAWS = 200_000;

    @Test
    void keepsTheShareThatWasAskedForAndOtherElementsUnderOtherSeeds() {
        int kept = 0;
        int both = 0;
        for (int i = 0; i < DRAWS; i++) {
            boolean first = DropoutMask.keeps(1, 3, i, 0.3);
            kept += first ? 1 : 0;
            both += first && DropoutMask.keeps(2, 3, i, 0.3) ? 1 : 0;
        }
        assertThat(kept / (double) DRAWS).isCloseTo(0.3, within(0.01));
        assertThat(both / (double) DRAWS).isCloseTo(0.09, within(0.005));
    }

    @Test
    void gaussiansHaveMeanZeroAndVarianceOneAndFourthMomentThree() {
        double sum = 0;
        double squares = 0;
        double fourth = 0;
        for (int i = 0; i < DRAWS; i++) {
            double x = DropoutMask.gaussian(7, 1, i);
            sum += x;
            squares += x * x;
            fourth += x * x * x * x;
        }
        assertThat(sum / DRAWS).isCloseTo(0, within(0.01));
        assertThat(squares / DRAWS).isCloseTo(1, within(0.02));
        assertThat(fourth / DRAWS).isCloseTo(3, within(0.15));
    }

    static Stream<Noise> noises() {
        return Stream.of(
                new Dropout(0.7),
                new SpatialDropout(0.7),
                new GaussianDropout(0.3),
                new GaussianNoise(0.5),
                new AlphaDropout(0.9));
    }

    /** For inputs of mean 0 and variance 1; alpha dropout keeps both, whatever is dropped. */
    @ParameterizedTest
    @MethodSource("noises")
    void noiseKeepsTheMean(Noise noise) {
        Graph graph = new GraphBuilder(new Shape(1, 1, 50))
                .add("noise", noise)
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
        ActivationNoise values = new ActivationNoise(graph.node(1));
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < DRAWS; i++) {
            double y = DropoutMask.gaussian(99, 0, i) * values.factor(5, i) + values.offset(5, i);
            sum += y;
            squares += y * y;
        }
        assertThat(sum / DRAWS).isCloseTo(0, within(0.02));
        if (noise instanceof AlphaDropout) {
            assertThat(squares / DRAWS).isCloseTo(1, within(0.03));
        }
    }
}
