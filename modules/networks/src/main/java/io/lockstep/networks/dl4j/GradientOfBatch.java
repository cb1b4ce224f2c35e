package io.lockstep.networks.dl4j;

import io.lockstep.datasets.Batch;
import io.lockstep.kernels.FlatVectors;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.NetworkVectors;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * DL4J's {@code miniBatch} flag: whether a network is updated by the mean of the examples' gradients, which is what replicas
 * are given, or by their sum. Statistics are no sum in either case.
 */
public final class GradientOfBatch {
    private final boolean mean;
    private final List<ByteBuffer> summed;
    private long seedOfStep;
    private int examples;

    /** @param miniBatch DL4J's flag: the mean */
    public GradientOfBatch(boolean miniBatch, NetworkVectors network) {
        mean = miniBatch;
        summed = mean ? List.of() : FlatBuffers.slices(network.gradients(), FlatBuffers.parameterRanges(network));
    }

    /** Notes a batch of a step, or a part of one; what has another seed belongs to another step. */
    public void add(Batch batch, long randomSeed) {
        examples = randomSeed == seedOfStep ? examples + batch.size() : batch.size();
        seedOfStep = randomSeed;
    }

    /** Examples that this replica has seen since its last update. */
    public int examples() {
        return examples;
    }

    /**
     * Makes of the mean gradient what the network is updated by.
     *
     * @param count of the examples that it is the mean of
     */
    public void beforeUpdate(int count) {
        examples = 0;
        if (!mean) {
            summed.forEach(part -> FlatVectors.get().scale(part, count));
        }
    }
}
