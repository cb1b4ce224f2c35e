package io.lockstep.runs.masters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterStrategyTest {
    @ParameterizedTest
    @ValueSource(strings = {"false", "true", "10.1.0.0/16", "10.1.2.128/25", "0.0.0.0/0", "255.255.255.252/30"})
    void aTransportIsOffOnOrInANetwork(String text) {
        assertThat(MasterStrategy.INSECURE_TRANSPORT.parser().apply(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"yes", "", "10.1.0.0", "10.1/16", "999.999.999.0/99", "10.1.0.256/16", "10.1.0.0/31", "fd00::/8"
            })
    void whatIsNoNetworkIsRefused(String text) {
        assertThatThrownBy(() -> MasterStrategy.INSECURE_TRANSPORT.parser().apply(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("like 10.1.0.0/16");
    }
}
