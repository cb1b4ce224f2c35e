package io.lockstep.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortRangeTest {
    @ParameterizedTest
    @CsvSource({"50000-50100, 50000, 50100", "50000 - 50001, 50000, 50001", "7, 7, 7", "0, 0, 0"})
    void isReadAsItIsWritten(String text, int first, int last) {
        assertThat(PortRange.parse(text)).isEqualTo(new PortRange(first, last));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "many", "10-9", "1-65536", "0-10", "-5", "1-2-3"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> PortRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theFirstFreePortIsTaken() throws Exception {
        List<Integer> tried = new ArrayList<>();

        int bound = new PortRange(5, 9).bindFirst(port -> {
            tried.add(port);
            if (port < 7) {
                throw new BindException("in use");
            }
        });

        assertThat(bound).isEqualTo(7);
        assertThat(tried).containsExactly(5, 6, 7);
    }

    @Test
    void whereNoneIsFreeTheRangeIsNamed() {
        assertThatThrownBy(() -> new PortRange(5, 6).bindFirst(port -> {
                    throw new BindException("in use");
                }))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("5-6");
    }
}
