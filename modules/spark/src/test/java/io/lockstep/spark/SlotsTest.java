package io.lockstep.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "local-cluster[2,1,1024] | 1 | 2",
                "local-cluster[3, 4, 2048] | 2 | 6",
                "local-cluster[3,4,2048] | 3 | 3",
                "local | 1 | 1",
                "local[4] | 2 | 2",
                "local[4,2] | 1 | 4",
            })
    void aLocalMasterTellsItsSlots(String master, int cpusPerTask, int slots) {
        assertThat(Slots.ofUrl(master, cpusPerTask)).hasValue(slots);
    }

    @ParameterizedTest
    @CsvSource({"yarn", "spark://host:7077", "k8s://https://host:6443"})
    void aClustersUrlTellsNothing(String master) {
        assertThat(Slots.ofUrl(master, 1)).isEmpty();
        assertThatCode(() -> Slots.requireInUrl(master, 1, 1000)).doesNotThrowAnyException();
    }

    @Test
    void tooManyWorkersAreRefusedWithWhatWouldHelp() {
        assertThatThrownBy(() -> Slots.requireInUrl("local-cluster[2,1,1024]", 1, 3))
                .isInstanceOf(TooFewSlotsException.class)
                .hasMessageContaining("3 workers need 3 slots")
                .hasMessageContaining("has 2")
                .hasMessageContaining("--workers");
    }
}
