package io.lockstep.dl4jmasters;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final int WORKERS = 2;
    private static final int LOG_EVERY = 2;
    private static final long SPARK_BYTES = 1000;
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final List<StepReport> reports = new ArrayList<>();
    private final Ledger ledger =
            new Ledger(WORKERS, LOG_EVERY, SPARK_BYTES, step -> 0.1 * (step + 1), event -> reports.add(report(event)));

    @Test
    void addsUpWhatAllWorkersDidSinceTheReportBefore() {
        ledger.startEpoch(1, 10);

        tell("a", "a", "b", "a"); // workers need not take turns

        assertThat(reports).singleElement().satisfies(report -> {
            assertThat(report.step()).isEqualTo(12);
            assertThat(report.epoch()).isEqualTo(1);
            assertThat(report.steps()).isEqualTo(2);
            assertThat(report.examples()).isEqualTo(32);
            assertThat(report.loss()).isEqualTo(0.5);
            assertThat(report.accuracy()).isEqualTo(0.25);
            assertThat(report.learningRate()).isEqualTo(0.1 * 12);
            assertThat(report.bytesSent()).isEqualTo(SPARK_BYTES + 300);
            assertThat(report.timeMs().forwardBackward()).isEqualTo(3);
            assertThat(report.timeMs().update()).isEqualTo(2);
            assertThat(report.ranks()).hasSize(2);
        });
    }

    @Test
    void anEpochEndsWithAReportOfTheRestAtItsLastStep() throws InterruptedException {
        ledger.startEpoch(0, 0);
        tell("a", "b", "a", "b", "a", "b");

        assertThat(ledger.endEpoch(6, 3, PATIENCE)).isEqualTo(6);

        assertThat(reports).extracting(StepReport::step).containsExactly(2L, 3L);
        assertThat(reports.get(1).examples()).isEqualTo(48);
    }

    @Test
    void whatTheMasterLeftOutIsMissingFromTheCount() throws InterruptedException {
        ledger.startEpoch(0, 0);
        tell("a", "b", "a");

        assertThat(ledger.endEpoch(4, 2, PATIENCE)).isEqualTo(3);

        assertThat(reports)
                .singleElement()
                .satisfies(report -> assertThat(report.examples()).isEqualTo(24));
    }

    private void tell(String... workers) {
        for (String worker : workers) {
            ledger.take(new WorkerStep(worker, 8, 4, 2, 3_000_000, 2_000_000, 300));
        }
    }

    private static StepReport report(RunEvent event) {
        return ((RunEvent.Reported) event).report();
    }
}
