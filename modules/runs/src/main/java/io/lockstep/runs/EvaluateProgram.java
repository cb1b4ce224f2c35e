package io.lockstep.runs;

import io.lockstep.runs.networks.Networks;
import io.lockstep.spark.RankContext;
import io.lockstep.spark.RankProgram;
import io.lockstep.training.RunEvent;
import io.lockstep.training.run.RankEvaluation;
import java.io.IOException;

/**
 * Evaluation, as Spark carries it to the executors.
 *
 * @param onGpus whether each rank computes on the GPU that Spark gave it
 */
public record EvaluateProgram(RankEvaluation evaluation, boolean onGpus) implements RankProgram<RankEvaluation.Result> {
    @Override
    public RankEvaluation.Result run(RankContext context) throws IOException {
        Networks.chooseDevice(onGpus, context.gpus());
        return evaluation.run(
                context.group(),
                context.storage(),
                context.cores(),
                message -> context.events().accept(new RunEvent.Warned(message)));
    }
}
