package io.lockstep.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.training.StepReport.TimeMs;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class StepReportTest {
    private static StepReport ofRanks(double... forwardBackward) {
        List<TimeMs> ranks = DoubleStream.of(forwardBackward)
                .mapToObj(millis -> new TimeMs(0, millis, 0, 0, 0, 0))
                .toList();
        return new StepReport(200, 0, 10, 1000, 0.5, 0.1, 100, 0, 0, Map.of(), ranks.get(0), ranks);
    }

    @Test
    void theRankThatTheOthersWaitForIsNamed() {
        assertThat(ofRanks(100, 104, 160, 98).slowRank()).hasValue(2);
        assertThat(ofRanks(100, 104, 140, 98).slowRank()).isEmpty();
    }

    @Test
    void aTickOfTheSchedulerMakesNoRankSlow() {
        assertThat(ofRanks(0.8, 1.6).slowRank()).isEmpty();
        assertThat(ofRanks(4, 7).slowRank()).hasValue(1);
    }
}
