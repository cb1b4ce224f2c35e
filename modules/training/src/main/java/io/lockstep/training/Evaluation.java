package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.BatchLoader;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * The loss and accuracy of a replica on a set of examples.
 *
 * @param examples seen, over all ranks; where an example has a label for each of its steps, labels
 * @param loss mean, without regularisation
 * @param accuracy from 0 to 1
 */
public record Evaluation(long examples, double loss, double accuracy) implements Serializable {
    /**
     * A collective: each rank runs its shard, and all learn the whole.
     *
     * @param shard this rank's share of the examples; may be empty, but not on all ranks
     * @throws IllegalArgumentException on all ranks, if no rank has an example: there would be no mean of anything
     */
    public static Evaluation over(Replica replica, BatchLoader shard, ProcessGroup group) {
        long examples = 0;
        double lossSum = 0;
        long correct = 0;
        int[] predictions = new int[0];
        while (shard.hasNext()) {
            Batch batch = shard.next();
            if (predictions.length < batch.labels().remaining()) {
                predictions = new int[batch.labels().remaining()];
            }
            BatchResult result = replica.evaluate(batch, predictions);
            examples += result.labels();
            lossSum += result.lossSum();
            correct += result.correct();
        }
        byte[] mine = ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(examples)
                .putDouble(lossSum)
                .putLong(correct)
                .array();
        long allExamples = 0;
        double allLoss = 0;
        long allCorrect = 0;
        for (byte[] record : group.allGatherRecords(mine)) {
            ByteBuffer in = ByteBuffer.wrap(record);
            allExamples += in.getLong();
            allLoss += in.getDouble();
            allCorrect += in.getLong();
        }
        if (allExamples == 0) {
            throw new IllegalArgumentException("there are no test examples");
        }
        return new Evaluation(allExamples, allLoss / allExamples, (double) allCorrect / allExamples);
    }
}
