package io.lockstep.engine.cpu;

import io.lockstep.engine.cpu.onednn.NativeMemory;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;

/** A plan's parameters and gradients: given buffers, or the plan's own memory. */
final class PlanVectors {
    final long parameterAddress;
    final long gradientAddress;
    final ByteBuffer parameters;
    final ByteBuffer gradients;

    /** @param givenParameters null for the plan's own */
    PlanVectors(long elements, ByteBuffer givenParameters, ByteBuffer givenGradients, NativeMemory memory) {
        long bytes = elements * Float.BYTES;
        if (bytes > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException(elements + " parameters take more than 2 GiB");
        }
        parameterAddress = addressOf(givenParameters, bytes, memory);
        gradientAddress = addressOf(givenGradients, bytes, memory);
        parameters = NativeMemory.view(parameterAddress, bytes);
        gradients = NativeMemory.view(gradientAddress, bytes);
    }

    private static long addressOf(ByteBuffer given, long bytes, NativeMemory memory) {
        return given == null ? memory.allocate(bytes) : new BytePointer(given).address() + given.position();
    }
}
