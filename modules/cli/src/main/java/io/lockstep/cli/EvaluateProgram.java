package io.lockstep.cli;

import io.lockstep.spark.RankContext;
import io.lockstep.spark.RankProgram;
import io.lockstep.training.RankEvaluation;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.RunOptions.DataOptions;
import java.io.IOException;

/** Evaluation, as Spark carries it to the executors. */
record EvaluateProgram(DataOptions data, String checkpoints, int batch, long seed, ReplicaFactory replicas)
        implements RankProgram<RankEvaluation.Result> {
    @Override
    public RankEvaluation.Result run(RankContext context) throws IOException {
        return new RankEvaluation(data, checkpoints, batch, seed, replicas)
                .run(
                        context.group(),
                        context.storage(),
                        context.cores(),
                        message -> context.events().accept(new RunEvent.Warned(message)));
    }
}
