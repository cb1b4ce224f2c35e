package io.lockstep.training;

/**
 * One optimizer step, as all ranks see it but for the number of local examples.
 *
 * @param index number of the update, from 0
 * @param epoch from 0
 * @param learningRate of this update
 * @param globalExamples examples over all ranks
 * @param localExamples examples of this rank; may be 0
 * @param endOfEpoch the last one of its epoch
 * @param endOfRun the last one of this run
 */
public record Step(
        long index,
        int epoch,
        double learningRate,
        int globalExamples,
        int localExamples,
        boolean endOfEpoch,
        boolean endOfRun) {}
