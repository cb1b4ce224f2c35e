package io.lockstep.networks.weights;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/** Tensors that lie in a file, or in several. */
public interface TensorSource {
    /** All that there are. */
    List<TensorInfo> tensors();

    /** Reads those that are wanted, in the files' order, one at a time. */
    void read(Predicate<TensorInfo> wanted, Taker taker) throws IOException;

    /** Gets a tensor. */
    @FunctionalInterface
    interface Taker {
        /** @param numbers in the order of C */
        void take(TensorInfo tensor, float[] numbers) throws IOException;
    }
}
