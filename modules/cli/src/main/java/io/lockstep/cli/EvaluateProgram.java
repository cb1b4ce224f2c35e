package io.lockstep.cli;

import io.lockstep.spark.RankContext;
import io.lockstep.spark.RankProgram;
import io.lockstep.training.RankEvaluation;
import io.lockstep.training.RunEvent;
import java.io.IOException;

/** Evaluation, as Spark carries it to the executors. */
record EvaluateProgram(RankEvaluation evaluation) implements RankProgram<RankEvaluation.Result> {
    @Override
    public RankEvaluation.Result run(RankContext context) throws IOException {
        return evaluation.run(
                context.group(),
                context.storage(),
                context.cores(),
                message -> context.events().accept(new RunEvent.Warned(message)));
    }
}
