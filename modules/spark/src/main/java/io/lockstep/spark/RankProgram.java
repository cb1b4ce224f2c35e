package io.lockstep.spark;

import java.io.Serializable;

/**
 * What every rank of a job runs.
 *
 * @param <R> a rank's result
 */
@FunctionalInterface
public interface RankProgram<R extends Serializable> extends Serializable {
    R run(RankContext context) throws Exception;
}
