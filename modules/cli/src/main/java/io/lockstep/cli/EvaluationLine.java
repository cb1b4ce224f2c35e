package io.lockstep.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;

/** A line of evaluations.jsonl: the test set after so many steps. */
@JsonIgnoreProperties(ignoreUnknown = true)
record EvaluationLine(
        @JsonInclude(JsonInclude.Include.NON_NULL) String time,
        long step,
        int epoch,
        long examples,
        double testLoss,
        double testAccuracy) {}
