package io.lockstep.runs;

import io.lockstep.runs.hosts.HostCheck;
import io.lockstep.runs.hosts.RankEnvironment;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.HostNeeds;
import io.lockstep.spark.RankContext;
import io.lockstep.spark.RankProgram;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.run.RankRun;
import io.lockstep.training.run.RunOptions;
import java.io.IOException;
import java.util.List;

/**
 * Training, as Spark carries it to the executors.
 *
 * @param needs of the hosts
 */
record TrainProgram(RunOptions options, ReplicaFactory replicas, HostNeeds needs) implements RankProgram<RankResult> {
    @Override
    public RankResult run(RankContext context) throws IOException {
        Networks.chooseDevice(needs.gpus(), context.gpus());
        HostCheck.run(context, needs);
        if (!needs.gpus() && !context.gpus().isEmpty() && context.group().rank() == 0) {
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
