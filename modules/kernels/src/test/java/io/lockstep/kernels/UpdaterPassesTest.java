package io.lockstep.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.kernels.UpdaterPasses.Stretch;
import io.lockstep.kernels.UpdaterPasses.Terms;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules themselves are compared with Deeplearning4j's where those are at hand, in networks. */
class UpdaterPassesTest {
    private static final Terms PLAIN = new Terms(1, Float.POSITIVE_INFINITY, 0, 0, 0);
    private static final Terms ALL = new Terms(0.7f, 0.9f, 0.01f, 0.02f, 0.03f);

    private interface Rule {
        void run(UpdaterPasses passes, Stretch stretch, Terms terms);
    }

    private static Map<String, Rule> rules() {
        Map<String, Rule> rules = new LinkedHashMap<>();
        rules.put("sgd", (passes, s, t) -> passes.sgd(s, t, 0.1f));
        rules.put("nesterovs", (passes, s, t) -> passes.nesterovs(s, t, 0.1f, 0.9f));
        rules.put("adaGrad", (passes, s, t) -> passes.adaGrad(s, t, 0.1f, 1e-6f));
        rules.put("adaDelta", (passes, s, t) -> passes.adaDelta(s, t, 0.95f, 1e-6f));
        rules.put("rmsProp", (passes, s, t) -> passes.rmsProp(s, t, 0.1f, 0.9f, 1e-8f));
        rules.put("adam", (passes, s, t) -> passes.adam(s, t, 0.1f, 0.9f, 0.999f, 1e-8f));
        rules.put("amsGrad", (passes, s, t) -> passes.amsGrad(s, t, 0.1f, 0.9f, 0.999f, 1e-8f));
        rules.put("adaMax", (passes, s, t) -> passes.adaMax(s, t, 0.1f, 0.9f, 0.999f));
        rules.put("nadam", (passes, s, t) -> passes.nadam(s, t, 0.1f, 0.9f, 0.999f, 1e-8f));
        return rules;
    }

    static Stream<String> names() {
        return rules().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void vectorAndScalarGiveTheSameBitsAndTouchNothingElse(String name) {
        for (int elements : new int[] {0, 1, 15, 16, 17, 33, 1000}) {
            for (Terms terms : new Terms[] {PLAIN, ALL}) {
                Vectors simd = new Vectors(elements);
                Vectors scalar = new Vectors(elements);
                for (int step = 0; step < 3; step++) {
                    rules().get(name).run(new SimdUpdaterPasses(), simd.stretch(), terms);
                    rules().get(name).run(new ScalarUpdaterPasses(), scalar.stretch(), terms);
                }
                assertThat(simd.parameters).isEqualTo(scalar.parameters);
                assertThat(simd.state).isEqualTo(scalar.state);
                assertThat(simd.gradients).isEqualTo(new Vectors(elements).gradients);
                assertThat(simd.parameters.getFloat(0)).isEqualTo(new Vectors(elements).parameters.getFloat(0));
                assertThat(simd.parameters.getFloat((elements + 1) * Float.BYTES))
                        .isEqualTo(new Vectors(elements).parameters.getFloat((elements + 1) * Float.BYTES));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theTermsAreAddedInDeeplearning4jsOrder(String name) {
        Vectors all = new Vectors(50);
        Vectors plain = new Vectors(50);
        for (int i = 1; i <= 50; i++) {
            float p = plain.parameters.getFloat(i * Float.BYTES);
            float g = plain.gradients.getFloat(i * Float.BYTES);
            float bounded = Math.max(-0.9f, Math.min(0.9f, 0.7f * g));
            plain.gradients.putFloat(i * Float.BYTES, bounded + 0.01f * Math.signum(p) + 0.02f * p);
        }
        Vectors before = new Vectors(50);
        rules().get(name).run(UpdaterPasses.get(), all.stretch(), ALL);
        rules().get(name).run(UpdaterPasses.get(), plain.stretch(), PLAIN);
        for (int i = 1; i <= 50; i++) {
            float decayed =
                    plain.parameters.getFloat(i * Float.BYTES) - 0.03f * before.parameters.getFloat(i * Float.BYTES);
            assertThat(all.parameters.getFloat(i * Float.BYTES)).isCloseTo(decayed, within(1e-6f));
        }
    }

    /** One element more on each side. */
    private static final class Vectors {
        final int elements;
        final ByteBuffer parameters;
        final ByteBuffer gradients;
        final ByteBuffer state;

        Vectors(int elements) {
            this.elements = elements;
            Random random = new Random(elements);
            parameters = random(elements + 2, random);
            gradients = random(elements + 2, random);
            state = random(3 * elements + 2, random);
            for (int i = 0; i < 3 * elements + 2; i++) {
                state.putFloat(i * Float.BYTES, Math.abs(state.getFloat(i * Float.BYTES)));
            }
        }

        Stretch stretch() {
            int bytes = elements * Float.BYTES;
            return new Stretch(parameters, gradients, Float.BYTES, elements, state, Float.BYTES, bytes);
        }

        private static ByteBuffer random(int floats, Random random) {
            ByteBuffer x = ByteBuffer.allocateDirect(floats * Float.BYTES).order(ByteOrder.nativeOrder());
            for (int i = 0; i < floats; i++) {
                x.putFloat(i * Float.BYTES, (float) random.nextGaussian());
            }
            return x;
        }
    }
}
