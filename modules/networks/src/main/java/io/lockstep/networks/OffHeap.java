package io.lockstep.networks;

import java.util.Arrays;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Frees what DL4J's networks hold outside the heap, as their {@code close()} does, but for its {@code System.gc()}: a full
 * collection of the whole process's heap, a tenth of a second and more for each network.
 */
public final class OffHeap {
    private OffHeap() {}

    /** The network cannot be used any more. */
    public static void free(ComputationGraph network) {
        free(network.params(), network.getFlattenedGradients(), state(network.getUpdater(false)));
    }

    /** The network cannot be used any more. */
    public static void free(MultiLayerNetwork network) {
        free(network.params(), network.getFlattenedGradients(), state(network.getUpdater(false)));
    }

    private static INDArray state(Updater updater) {
        return updater == null ? null : updater.getStateViewArray();
    }

    private static void free(INDArray... arrays) {
        Arrays.stream(arrays).filter(each -> each != null && each.closeable()).forEach(INDArray::close);
        MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();
        workspaces
                .getAllWorkspacesForCurrentThread()
                .forEach(workspaces::destroyWorkspace); // to destroy them by one call collects garbage too
    }
}
