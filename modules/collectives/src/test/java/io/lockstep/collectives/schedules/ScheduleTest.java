package io.lockstep.collectives.schedules;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.simulated.Faults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** That schedules find what they are for. The scenarios lie in a package that is rewritten. */
@DisabledIfSystemProperty(named = "lockstep.schedules.only", matches = ".*")
class ScheduleTest {
    @Test
    void aLostUpdateIsFound() {
        assertFound(Faults.LostUpdate.class, "lost an update");
    }

    @Test
    void aDeadlockIsFoundAndTold() {
        assertFound(Faults.Deadlock.class, "deadlock");
    }

    @Test
    void aLostWakeUpIsFound() {
        assertFound(Faults.LostWakeUp.class, "deadlock");
    }

    @Test
    void halfAStatusIsFound() {
        assertFound(Faults.Torn.class, "half");
    }

    @Test
    void aThreadThatIsLeftIsFound() {
        assertFound(Faults.Left.class, "not its thread left");
    }

    /** Minutes of waiting pass at once. */
    @Test
    void timePassesWhenNobodyCanRun() {
        Exploration.of(Faults.LongWait.class, 20);
    }

    private static void assertFound(Class<? extends Scenario> scenario, String what) {
        assertThatThrownBy(() -> Exploration.of(scenario, 500))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dlockstep.schedules.only=")
                .hasMessageContaining(what);
    }
}
