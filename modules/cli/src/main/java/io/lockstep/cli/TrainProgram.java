package io.lockstep.cli;

import io.lockstep.spark.RankContext;
import io.lockstep.spark.RankProgram;
import io.lockstep.training.RankRun;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.RunOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Training, as Spark carries it to the executors.
 *
 * @param settings of the run, where they are not the defaults
 */
record TrainProgram(RunOptions options, ReplicaFactory replicas, Map<String, String> settings)
        implements RankProgram<RankResult> {
    @Override
    public RankResult run(RankContext context) throws IOException {
        Configuration configuration = Networks.configuration(settings);
        boolean onGpus = Networks.onGpus(configuration);
        Networks.chooseDevice(onGpus, context.gpus());
        HostCheck.run(context, configuration);
        if (!onGpus && !context.gpus().isEmpty() && context.group().rank() == 0) {
            context.events()
                    .accept(new RunEvent.Warned(
                            "ranks have GPUs, which stay idle: runtime = auto computes on the CPU, cuda on them"));
        }
        List<String> hashes = new RankRun(
                        options,
                        replicas,
                        context.group(),
                        context.storage(),
                        context.cores(),
                        context.events(),
                        context.control())
                .call();
        return new RankResult(context.group().rank(), hashes, RankEnvironment.here(context.cores(), context.gpus()));
    }
}
