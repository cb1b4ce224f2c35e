package io.lockstep.runs.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.training.StepReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BalanceWatchTest {
    private final BalanceWatch watch = new BalanceWatch();

    private String after(int reports, Map<String, Double> measures) {
        String said = "";
        for (int i = 0; i < reports; i++) {
            said += watch.warning(new StepReport(
                            200 + i,
                            0,
                            1,
                            1,
                            1,
                            1,
                            1,
                            0,
                            0,
                            measures,
                            new StepReport.TimeMs(0, 1, 0, 0, 0, 0),
                            List.of()))
                    .orElse("");
        }
        return said;
    }

    @Test
    void aDiscriminatorThatWinsIsNamedOnce() {
        Map<String, Double> won = Map.of("value", -0.01, "d_generated", 0.001, "diversity", 0.9);
        assertThat(after(2, won)).isEmpty();
        assertThat(after(8, won)).containsOnlyOnce("wins outright").contains("generator-rate");
        assertThat(after(3, Map.of("value", -1.2, "d_generated", 0.4, "diversity", 0.9)))
                .isEmpty();
        assertThat(after(3, won)).contains("wins outright");
    }

    @Test
    void aGeneratorWhoseGradientVanishesHasLost() {
        Map<String, Double> before = Map.of("value", -0.05, "d_generated", 0.04, "generator_gradient_norm", 5.0);
        Map<String, Double> after = Map.of("value", -0.05, "d_generated", 0.04, "generator_gradient_norm", 0.02);
        assertThat(after(5, before)).isEmpty();
        assertThat(after(3, after)).contains("wins outright", "gradient at 0.4 % of its greatest");
    }

    @Test
    void samplesThatAreAllAlikeAreNamed() {
        Map<String, Double> collapsed = Map.of("wasserstein_estimate", 3.0, "diversity", 0.1);
        assertThat(after(3, collapsed)).contains("0.10 times as much").contains("wgan-gp");
        assertThat(after(3, Map.of())).isEmpty();
    }
}
