package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.runs.folder.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three hosts that are network namespaces joined by a bridge, with a worker of a Spark cluster in each. */
class NetworkHostsIT {
    private static final int HOSTS = 3;
    private static final long PID = ProcessHandle.current().pid();
    /** Of this run's: another one on this machine has its own. */
    private static final String NETWORK = "10.83." + PID % 256 + ".";

    private static final String DRIVER = NETWORK + "254";
    private static final String NAME = "lsit" + PID % 100_000;

    @TempDir
    static Path folder;

    private static final List<Process> DAEMONS = new ArrayList<>();
    private static String master;

    @BeforeAll
    static void startCluster() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        boolean made = ip("link add " + NAME + " type bridge")
                && ip("addr add " + DRIVER + "/24 dev " + NAME)
                && ip("link set " + NAME + " up");
        for (int host = 0; host < HOSTS && made; host++) {
            made = ip("netns add " + space(host))
                    && ip("link add " + space(host) + " type veth peer name eth0 netns " + space(host))
                    && ip("link set " + space(host) + " master " + NAME + " up")
                    && ip("-n " + space(host) + " addr add " + address(host) + "/24 dev eth0")
                    && ip("-n " + space(host) + " link set eth0 up")
                    && ip("-n " + space(host) + " link set lo up");
        }
        assumeTrue(made, "needs iproute2 and network namespaces");
        daemon("master", List.of(), DRIVER, "master.Master", "--host", DRIVER, "--port", "0", "--webui-port", "0");
        master = Await.masterUrl(DAEMONS.get(0), folder.resolve("master.err"));
        for (int host = 0; host < HOSTS; host++) {
            String work = folder.resolve("work" + host).toString();
            String[] arguments = {
                "--host",
                address(host),
                "--webui-port",
                "0",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--work-dir",
                work,
                master
            };
            daemon(
                    "worker" + host,
                    List.of("ip", "netns", "exec", space(host)),
                    address(host),
                    "worker.Worker",
                    arguments);
        }
        for (int host = 0; host < HOSTS; host++) {
            Await.text(
                    "Successfully registered with master",
                    DAEMONS.get(1 + host),
                    folder.resolve("worker" + host + ".err"));
        }
    }

    @AfterAll
    static void stopCluster() throws Exception {
        Await.kill(DAEMONS);
        for (int host = 0; host < HOSTS; host++) {
            ip("netns del " + space(host));
            ip("link del " + space(host));
        }
        ip("link del " + NAME);
    }

    private static String space(int host) {
        return NAME + "h" + host;
    }

    private static String address(int host) {
        return NETWORK + (host + 1);
    }

    @Test
    void oneCommandTrainsOverAllHosts() throws Exception {
        Outcome run =
                onCluster("train", "--model", "mlp", "--steps", "5", "--run-dir", "run", "--set", "train-examples=256");

        assertThat(run.status()).as(run.err() + run.out()).isZero();
        assertThat(run.out()).contains("3 replicas, bit for bit equal");
        JsonNode summary = Json.parse(Files.readString(folder.resolve("run/summary.json")));
        assertThat(summary.get("parameters_sha256")).hasSize(HOSTS);
    }

    /** Host 0 looks for host 2 at an address of a network card that nobody has: all that it sends there is lost. */
    @Test
    void doctorNamesTwoHostsThatDoNotReachEachOther() throws Exception {
        String neighbour = "neigh replace " + address(2) + " lladdr 02:00:00:00:00:99 dev eth0 nud permanent";
        assertThat(ip("-n " + space(0) + " " + neighbour)).isTrue();
        try {
            Outcome doctor = onCluster("doctor", "--set", "deadline=10s");

            assertThat(doctor.status()).as(doctor.out() + doctor.err()).isEqualTo(1);
            assertThat(doctor.out())
                    .contains("FAIL ranks meet", address(0), address(2), "open the ports between executors");
        } finally {
            ip("-n " + space(0) + " neigh del " + address(2) + " dev eth0");
        }
    }

    /** What host 1 sends by UDP goes by a gateway that nobody is. */
    @Test
    void doctorFindsThatUdpIsBlocked() throws Exception {
        String in = "-n " + space(1) + " ";
        assumeTrue(
                ip(in + "neigh replace " + NETWORK + "250 lladdr 02:00:00:00:00:98 dev eth0 nud permanent")
                        && ip(in + "route add " + NETWORK + "0/24 via " + NETWORK + "250 dev eth0 onlink table 100")
                        && ip(in + "rule add ipproto udp lookup 100"),
                "needs routes by protocol");
        try {
            Outcome doctor = onCluster("doctor", "--set", "deadline=10s", "--set", "transport=udp");

            assertThat(doctor.status()).as(doctor.out() + doctor.err()).isEqualTo(1);
            assertThat(doctor.out()).contains("FAIL ranks meet", address(1), "is UDP open between the hosts");
        } finally {
            ip(in + "rule del ipproto udp lookup 100");
        }
    }

    private static Outcome onCluster(String command, String... options) throws Exception {
        List<String> words = new ArrayList<>(
                List.of(LockstepProcess.DISTRIBUTION.resolve("bin/lockstep").toString(), command));
        words.addAll(List.of("--master", master, "--workers", "" + HOSTS, "--conf", "spark.executor.memory=512m"));
        words.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        words.addAll(List.of(options));
        words.addAll(List.of("--set", "slot-timeout=600s", "--set", "test-examples=64"));
        return LockstepProcess.run(folder, words, Map.of("SPARK_LOCAL_IP", DRIVER));
    }

    private static boolean ip(String words) throws Exception {
        return command(("ip " + words).split(" "));
    }

    private static boolean command(String... words) throws InterruptedException {
        try {
            return new ProcessBuilder(words)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    private static void daemon(
            String name, List<String> launcher, String address, String mainClass, String... arguments)
            throws IOException {
        List<String> words = new ArrayList<>(launcher);
        words.addAll(LockstepProcess.spark("org.apache.spark.deploy." + mainClass, arguments));
        DAEMONS.add(LockstepProcess.start(
                folder,
                words,
                Map.of("SPARK_LOCAL_IP", address),
                folder.resolve(name + ".out"),
                folder.resolve(name + ".err")));
    }
}
