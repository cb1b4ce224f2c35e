package io.lockstep.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** A line of evaluations.jsonl: the test set after so many steps. */
@JsonIgnoreProperties(ignoreUnknown = true)
record EvaluationLine(long step, int epoch, long examples, double testLoss, double testAccuracy) {}
