package io.lockstep.runs.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HostNamesTest {
    private static final Map<String, String> LOOPBACK = Map.of("SPARK_LOCAL_IP", "127.0.0.1");

    @Test
    void addressesAndNamesThatResolveAreFine() {
        assertThat(HostNames.fault(null, null, LOOPBACK)).isEmpty();
        assertThat(HostNames.fault("yarn", "::1", Map.of())).isEmpty();
        assertThat(HostNames.fault("spark://127.0.0.1:7077,[::1]:7077", "localhost", Map.of()))
                .isEmpty();
        assertThat(HostNames.fault("k8s://https://some_host:6443", null, LOOPBACK))
                .isEmpty();
    }

    @Test
    void anUnderscoreIsNamedWithWhereItStandsAndWhatToDo() {
        assertThat(HostNames.fault("spark://127.0.0.1:7077,bad_host:7077", null, LOOPBACK))
                .hasValueSatisfying(fault -> assertThat(fault)
                        .contains("bad_host (--master")
                        .contains("underscore")
                        .contains("/etc/hosts"));
        assertThat(HostNames.fault(null, null, Map.of("SPARK_LOCAL_HOSTNAME", "bad_host")))
                .hasValueSatisfying(fault ->
                        assertThat(fault).contains("SPARK_LOCAL_HOSTNAME").contains("set SPARK_LOCAL_IP"));
        assertThat(HostNames.fault("yarn", "bad_host", LOOPBACK))
                .hasValueSatisfying(fault -> assertThat(fault).contains("spark.driver.host"));
    }

    /** RFC 6761: no name below {@code invalid} resolves. */
    @Test
    void aNameThatDoesNotResolveIsNamedWithWhatToDo() {
        for (String variable : new String[] {"SPARK_LOCAL_HOSTNAME", "SPARK_LOCAL_IP"}) {
            assertThat(HostNames.fault(null, null, Map.of(variable, "host.invalid")))
                    .hasValueSatisfying(fault -> assertThat(fault)
                            .contains("host.invalid (" + variable + ")")
                            .contains("does not resolve")
                            .contains("/etc/hosts"));
        }
        assertThat(HostNames.fault("spark://host.invalid:7077", null, LOOPBACK))
                .hasValueSatisfying(fault -> assertThat(fault).contains("name the master by its address"));
    }
}
