package io.lockstep.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalAddressesTest {
    @Test
    void withoutANetworkItIsWhatSparkAdvertises() throws Exception {
        assertThat(LocalAddresses.choose("", "127.0.0.1")).isEqualTo("127.0.0.1");
        assertThat(LocalAddresses.choose("", "localhost")).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
    }

    @Test
    void aPrefixChoosesTheAddressThatHasIt() throws Exception {
        assertThat(LocalAddresses.choose("127.0.0.0/8", "10.9.9.9")).isEqualTo("127.0.0.1");
        assertThat(LocalAddresses.choose("127.0.0.1/32", "10.9.9.9")).isEqualTo("127.0.0.1");
    }

    @Test
    void anInterfaceIsTakenByItsNameAndIPv4WhereItHasBoth() throws Exception {
        String loopback = NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"))
                .getName();

        assertThat(LocalAddresses.choose(loopback, "10.9.9.9")).isEqualTo("127.0.0.1");
    }

    @Test
    void aLinkLocalAddressIsTakenOnlyWhereThereIsNoOther() throws Exception {
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            List<InetAddress> addresses = Collections.list(each.getInetAddresses());
            if (addresses.stream().anyMatch(address -> !address.isLinkLocalAddress())) {
                String chosen = LocalAddresses.choose(each.getName(), "10.9.9.9");
                assertThat(InetAddress.getByName(chosen).isLinkLocalAddress())
                        .as(each.getName())
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.0/24", "127.0.0.128/25", "nosuch0"})
    void whereTheHostHasNoneItsAddressesAreTold(String network) {
        assertThatThrownBy(() -> LocalAddresses.choose(network, "127.0.0.1"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining(network)
                .hasMessageContaining("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "host.example/8", "10.0.0.0/", "10.0/x", "an interface"})
    void whatIsNeitherIsRefused(String network) {
        assertThatThrownBy(() -> LocalAddresses.checked(network)).isInstanceOf(IllegalArgumentException.class);
    }
}
