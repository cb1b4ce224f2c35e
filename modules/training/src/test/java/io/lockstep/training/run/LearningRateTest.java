package io.lockstep.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateTest {
    private static final double EXACT = 1e-12;

    @Test
    void stepwiseIsMultipliedAtEachMilestone() {
        LearningRate rate = LearningRate.stepwise(0.1, 0.1, List.of(10L, 20L));

        assertThat(rate.at(9)).isEqualTo(0.1);
        assertThat(rate.at(10)).isCloseTo(0.01, within(EXACT));
        assertThat(rate.at(20)).isCloseTo(0.001, within(EXACT));
    }

    @Test
    void cosineFallsFromTheRateToNothing() {
        LearningRate rate = LearningRate.cosine(2, 100);

        assertThat(rate.at(0)).isEqualTo(2);
        assertThat(rate.at(50)).isCloseTo(1, within(EXACT));
        assertThat(rate.at(100)).isCloseTo(0, within(EXACT));
    }

    @Test
    void oneCycleHasPyTorchsNumbers() {
        // torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1, total_steps=11), the rates before steps 0 to 10
        double[] torch = {
            0.0400000, 0.4223411, 0.9602614, 0.9797466, 0.8844757, 0.7260870, 0.5305827, 0.3300580, 0.1574325,
            0.0410455, 0.0000040
        };
        LearningRate rate = LearningRate.oneCycle(1, 11);

        for (int step = 0; step < torch.length; step++) {
            assertThat(rate.at(step)).as("step %d", step).isCloseTo(torch[step], within(1e-6));
        }
    }

    @Test
    void warmUpRisesLinearlyAndThenShowsTheSchedule() {
        LearningRate rate = LearningRate.constant(0.3).warmedUp(2);

        assertThat(rate.at(0)).isCloseTo(0.1, within(EXACT));
        assertThat(rate.at(1)).isCloseTo(0.2, within(EXACT));
        assertThat(rate.at(2)).isEqualTo(0.3);
        assertThat(LearningRate.constant(0.3).warmedUp(0).at(0)).isEqualTo(0.3);
    }
}
