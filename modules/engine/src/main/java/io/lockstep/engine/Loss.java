package io.lockstep.engine;

import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Last;
import java.io.Serializable;
import java.util.List;

/**
 * What a network is trained by: a node that reads predictions, which get a gradient, then targets, then weights. It tells
 * sums over what it has read, by name. The gradient is that of the weighted sum of the loss, times the node's own weight
 * ({@link GraphBuilder#loss}); of several losses gradients add up.
 */
public interface Loss extends Last, Serializable {
    /** The class number of what counts for nothing. */
    int NO_LABEL = -1;

    /** Sum of the loss, weighted. */
    String LOSS = "loss";
    /** Of what has a label and a weight other than 0. */
    String COUNT = "count";
    /** Of those, how many predictions are right. */
    String CORRECT = "correct";

    /** How many of its first inputs are predictions. */
    default int predictions() {
        return 1;
    }

    /** The names of the sums that it tells, in order. */
    default List<String> sums() {
        return List.of(LOSS, COUNT);
    }

    /** What it reads where the graph connects nothing but predictions: targets and weights as every data set has them. */
    List<Input> inputsOfPass(Shape predictions);

    /** Class numbers that it reads are below it. */
    default int classesOf(Shape predictions) {
        return Integer.MAX_VALUE;
    }
}
