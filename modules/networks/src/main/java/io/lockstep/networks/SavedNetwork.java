package io.lockstep.networks;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.commons.io.input.CloseShieldInputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network that ModelSerializer wrote, to be compared with the one that shall take its parameters. */
final class SavedNetwork {
    private static final double LEAST_IN_COMMON = 0.01;

    private final ComputationGraph saved;

    private SavedNetwork(ComputationGraph saved) {
        this.saved = saved;
    }

    static SavedNetwork read(InputStream in) throws IOException {
        try {
            return new SavedNetwork(ModelSerializer.restoreComputationGraph(CloseShieldInputStream.wrap(in), true));
        } catch (RuntimeException e) { // what ModelSerializer does with bytes that are no zip, or another zip
            throw new IOException("not a network that DL4J's ModelSerializer wrote: " + e.getMessage(), e);
        }
    }

    /** Copies parameters, updater state and counts into the memory that {@code graph} has. */
    void copyInto(ComputationGraph graph) throws IOException {
        compareParameters(graph.paramTable(), saved.paramTable());
        INDArray state = graph.getUpdater(true).getStateViewArray();
        INDArray savedState = saved.getUpdater(true).getStateViewArray();
        if (length(state) != length(savedState)) {
            throw new IOException("the saved updater has " + length(savedState) + " elements of state, this one "
                    + length(state) + ": it is another updater");
        }
        graph.params().assign(saved.params());
        if (state != null) {
            state.assign(savedState);
        }
        graph.getConfiguration().setIterationCount(saved.getConfiguration().getIterationCount());
        graph.getConfiguration().setEpochCount(saved.getConfiguration().getEpochCount());
        saved.close();
    }

    /**
     * Copies those parameters that {@code graph} has too, by name and shape, and nothing else. What differs in shape, as the
     * output for other classes does, is left as it is.
     *
     * @return what was left, in the graph's order
     * @throws IOException if they have next to nothing in common: a bias may be alike by chance
     */
    List<String> copyCommonInto(ComputationGraph graph) throws IOException {
        Map<String, INDArray> theirs = saved.paramTable();
        List<String> left = new ArrayList<>();
        long taken = 0;
        for (Map.Entry<String, INDArray> mine : graph.paramTable().entrySet()) {
            INDArray other = theirs.get(mine.getKey());
            if (other != null && Arrays.equals(mine.getValue().shape(), other.shape())) {
                mine.getValue().assign(other);
                taken += other.length();
            } else {
                left.add(mine.getKey());
            }
        }
        saved.close();
        if (taken < LEAST_IN_COMMON * graph.numParams()) {
            throw new IOException("the saved network is another one: of " + graph.numParams() + " parameters, " + taken
                    + " are in one of the same name and shape there");
        }
        return left;
    }

    private static void compareParameters(Map<String, INDArray> mine, Map<String, INDArray> theirs) throws IOException {
        Iterator<String> savedNames = theirs.keySet().iterator();
        for (Map.Entry<String, INDArray> parameter : mine.entrySet()) {
            String name = parameter.getKey();
            String savedName = savedNames.hasNext() ? savedNames.next() : null;
            if (!name.equals(savedName)) {
                throw new IOException("the saved network is another one: it has "
                        + (savedName == null ? "no more parameters" : "parameter '" + savedName + "'")
                        + " where this one has '"
                        + name + "'");
            }
            long[] shape = parameter.getValue().shape();
            long[] savedShape = theirs.get(name).shape();
            if (!Arrays.equals(shape, savedShape)) {
                throw new IOException("the saved network is another one: '" + name + "' is "
                        + Arrays.toString(savedShape) + " there and " + Arrays.toString(shape) + " here");
            }
        }
        if (savedNames.hasNext()) {
            throw new IOException(
                    "the saved network is another one: it has '" + savedNames.next() + "', which this one lacks");
        }
    }

    private static long length(INDArray state) {
        return state == null ? 0 : state.length();
    }
}
