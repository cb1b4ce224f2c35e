package io.lockstep.runs.settings;

import io.lockstep.runs.settings.RankSettings.Transport;
import io.lockstep.runs.settings.RuntimeSettings.Runtime;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run asks of the hosts that its ranks are on: read once on the driver, looked for on each host.
 *
 * @param coresEach of a rank; at least 1
 * @param sharedMemory whether ranks of a host exchange what they have there
 * @param datagrams whether ranks talk by UDP
 * @param paths that processes must be able to name
 */
public record HostNeeds(
        int workers,
        int coresEach,
        Runtime runtime,
        boolean bfloat16,
        boolean sharedMemory,
        boolean datagrams,
        List<String> paths)
        implements Serializable {
    public static HostNeeds of(Configuration configuration) {
        RuntimeSettings runtime = RuntimeSettings.of(configuration);
        Transport transport = configuration.get(CommunicationSettings.TRANSPORT);
        return new HostNeeds(
                configuration.get(DistributionSettings.WORKERS),
                Math.max(1, configuration.get(ExecutorSettings.WORKER_CORES)),
                runtime.runtime(),
                runtime.inBfloat16(),
                transport == Transport.AUTO,
                transport == Transport.UDP,
                Stream.of(
                                FolderSettings.RUN_DIR,
                                DataSettings.DATA,
                                DataSettings.DATA_HOME,
                                DistributionSettings.INIT_FROM)
                        .map(configuration::get)
                        .toList());
    }

    public boolean gpus() {
        return runtime == Runtime.CUDA;
    }
}
