package io.lockstep.runs.hosts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The process that a result was made by.
 *
 * @param pid of the executor
 * @param cores that the rank may use
 * @param gpus addresses of those that Spark gave the rank
 */
public record RankEnvironment(
        String host,
        long pid,
        String cpu,
        int cores,
        String java,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> gpus)
        implements Serializable {
    public static RankEnvironment here(int cores) {
        return here(cores, List.of());
    }

    public static RankEnvironment here(int cores, List<String> gpus) {
        return new RankEnvironment(
                localHost(),
                ProcessHandle.current().pid(),
                cpuModel(),
                cores,
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                gpus);
    }

    private static String localHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** The processor's name where the system tells (Linux), else its architecture. */
    public static String cpuModel() {
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try (var lines = Files.lines(info)) {
                var model = lines.filter(line -> line.startsWith("model name")).findFirst();
                if (model.isPresent()) {
                    return model.get().substring(model.get().indexOf(':') + 1).trim();
                }
            } catch (IOException e) {
                return System.getProperty("os.arch"); // a name for a report is not worth a failure
            }
        }
        return System.getProperty("os.arch");
    }
}
