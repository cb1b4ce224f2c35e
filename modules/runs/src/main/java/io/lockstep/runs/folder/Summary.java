package io.lockstep.runs.folder;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockstep.training.Evaluation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * summary.json, written when a run has ended as it should.
 *
 * @param parameters trained ones, without running statistics
 * @param examples seen since the start of training, over all ranks
 * @param examplesPerSecond in training steps, evaluation and checkpoints apart; of this call
 * @param bytesSent a step, by the rank that sent most, to other ranks
 * @param reduceWaitShare of a step's time in which ranks only waited for communication, from 0 to 1
 * @param trainLoss of the last logged steps
 * @param task what the network is for, which decides what metrics there are
 * @param test of the last step
 * @param bestStep of the best test, null for a GAN
 * @param bestTest that test, null for a GAN
 * @param parametersSha256 one a rank
 * @param wallSeconds of this call, executors' start included
 * @param resumedFromStep the step that this call went on from, or null
 * @param restarts how often ranks were lost, or came back, and this call went on by itself
 * @param unreadExamples that this call could not read and left out, each as often as it was drawn; null where one would have
 *     ended the run
 * @param measures of the last logged steps, beside the loss: how the players of a GAN stand
 */
public record Summary(
        String model,
        String task,
        String data,
        long parameters,
        String strategy,
        int worldSize,
        int globalBatch,
        long steps,
        long epochs,
        long examples,
        double examplesPerSecond,
        double bytesSent,
        double reduceWaitShare,
        double trainLoss,
        @JsonIgnore Evaluation test,
        @JsonInclude(JsonInclude.Include.NON_NULL) Long bestStep,
        @JsonIgnore Evaluation bestTest,
        List<String> parametersSha256,
        double wallSeconds,
        Long resumedFromStep,
        int restarts,
        @JsonInclude(JsonInclude.Include.NON_NULL) Long unreadExamples,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> measures) {

    public double testLoss() {
        return test.loss();
    }

    /** From 0 to 1; NaN for a network that tells no classes. */
    public double testAccuracy() {
        return test.accuracy();
    }

    /** In the file {@code test_loss}, {@code test_accuracy} and what other metrics the task has, each in a field. */
    @JsonAnyGetter
    Map<String, Double> tests() {
        Map<String, Double> named = new LinkedHashMap<>(EvaluationLine.tested(test));
        if (bestTest != null) {
            bestTest.metrics().forEach((word, value) -> named.put("best_test_" + word, value));
        }
        return named;
    }
}
