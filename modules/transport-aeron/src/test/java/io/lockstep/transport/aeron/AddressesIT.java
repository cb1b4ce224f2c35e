package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.PortRange;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranks that listen where they are told to. */
class AddressesIT {
    private static final int RANKS = 3;
    private static final Pattern PORT = Pattern.compile("port=(\\d+)");

    @ParameterizedTest
    @CsvSource({"tcp, 127.0.0.1", "udp, 127.0.0.1", "tcp, ::1", "udp, ::1"})
    void ranksListenInTheRangeEachOnAPortOfItsOwn(String route, String address) throws Exception {
        assumeThat(isLocal(address)).as("this machine has " + address).isTrue();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            PortRange range = new PortRange(taken.getLocalPort(), Math.min(taken.getLocalPort() + 50, 65_535));
            Set<Integer> ports = ConcurrentHashMap.newKeySet();
            TransportOptions transport = TransportOptions.defaults()
                    .withIntraHost(Route.parse(route))
                    .withPorts(range);

            List<ProcessGroup> groups = LocalRendezvous.form(
                    RANKS,
                    Security.ON,
                    (options, rendezvous) -> ProcessGroups.open(
                            at(address, options),
                            mine -> {
                                ports.add(portOf(mine));
                                return rendezvous.exchange(mine);
                            },
                            transport));

            assertThat(ports).hasSize(RANKS).allMatch(port -> port >= range.first() && port <= range.last());
            assertThat(saidByAll(groups)).isEqualTo("012");
        }
    }

    private static GroupOptions at(String address, GroupOptions options) {
        return new GroupOptions(
                options.rank(),
                options.worldSize(),
                options.attempt(),
                options.key(),
                address,
                options.deadline(),
                options.security());
    }

    /** What the last rank hears of all. */
    private static String saidByAll(List<ProcessGroup> groups) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(RANKS);
        try {
            List<Callable<String>> ranks = groups.stream()
                    .map(group -> (Callable<String>) () -> {
                        try (group) {
                            StringBuilder heard = new StringBuilder();
                            byte[] mine = ("" + group.rank()).getBytes(StandardCharsets.US_ASCII);
                            group.allGatherRecords(mine)
                                    .forEach(each -> heard.append(new String(each, StandardCharsets.US_ASCII)));
                            group.barrier();
                            return heard.toString();
                        }
                    })
                    .toList();
            String last = null;
            for (Future<String> each : threads.invokeAll(ranks)) {
                last = each.get();
            }
            return last;
        } finally {
            threads.shutdownNow();
        }
    }

    private static int portOf(String advertisement) {
        Matcher matcher = PORT.matcher(advertisement);
        assertThat(matcher.find()).as(advertisement).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static boolean isLocal(String address) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
