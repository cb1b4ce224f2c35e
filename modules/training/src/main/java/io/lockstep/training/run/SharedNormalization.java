package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Normalization;
import io.lockstep.training.run.RunOptions.DataOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * What all ranks scale examples by. Each rank measures it from the same examples; but where what cannot be read is left out,
 * that may be something else on each host, and rank 0's counts.
 */
final class SharedNormalization {
    private SharedNormalization() {}

    static Normalization of(Normalization own, DataOptions options, ProcessGroup group) {
        if (!options.formats().skipsUnreadable()) {
            return own;
        }
        int channels = own.mean().length;
        ByteBuffer bytes = ByteBuffer.allocateDirect(2 * channels * Float.BYTES).order(ByteOrder.nativeOrder());
        FloatBuffer numbers = bytes.asFloatBuffer();
        numbers.put(own.mean()).put(own.std());
        group.broadcast(bytes, 0).await();
        float[] mean = new float[channels];
        float[] std = new float[channels];
        numbers.flip();
        numbers.get(mean).get(std);
        return new Normalization(mean, std);
    }
}
