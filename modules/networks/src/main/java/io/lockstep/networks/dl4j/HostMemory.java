package io.lockstep.networks.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An ND4J array as the host sees it. With ND4J's CPU backend that is the array; with its CUDA backend a copy, which
 * ND4J brings up to date on demand, by one copy over the bus, and which says when it is the newer one.
 */
final class HostMemory {
    private HostMemory() {}

    /** The array's memory on the host, always at the same address. */
    static ByteBuffer of(INDArray array) {
        return array.data().pointer().asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** Waits for the operations that were begun, and brings their results to the host. */
    static void fetch(INDArray array) {
        Nd4j.getExecutioner().commit();
        Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    }

    /** Says that the host's memory was written: the next operation on the array takes it from there. */
    static void written(INDArray array) {
        Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
    }
}
