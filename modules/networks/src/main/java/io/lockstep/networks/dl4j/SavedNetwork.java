package io.lockstep.networks.dl4j;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.OffHeap;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A network that DL4J's ModelSerializer wrote, to be compared with the one that shall take its parameters. A
 * MultiLayerNetwork is read as the ComputationGraph that DL4J makes of it, whose parameters have the same names.
 */
public final class SavedNetwork {
    private static final String CONFIGURATION = "configuration.json";
    private static final String PARAMETERS = "coefficients.bin";
    private static final String UPDATER_STATE = "updaterState.bin";
    private static final Set<String> READ = Set.of(CONFIGURATION, PARAMETERS, UPDATER_STATE);

    private final ComputationGraph saved;

    private SavedNetwork(ComputationGraph saved) {
        this.saved = saved;
    }

    /** @throws IOException saying what the file is instead, or what is wrong with it */
    static SavedNetwork read(InputStream in) throws IOException {
        Map<String, byte[]> entries = entries(in);
        if (!entries.containsKey(CONFIGURATION) || !entries.containsKey(PARAMETERS)) {
            throw new IOException(
                    entries.isEmpty()
                            ? "it is no zip file of DL4J's ModelSerializer (of SameDiff, Keras or another framework perhaps)"
                            : "it lacks " + (entries.containsKey(CONFIGURATION) ? PARAMETERS : CONFIGURATION)
                                    + ", which DL4J's ModelSerializer writes");
        }
        String json = new String(entries.get(CONFIGURATION), StandardCharsets.UTF_8);
        try {
            INDArray parameters = SavedArray.read(entries.get(PARAMETERS));
            ComputationGraph graph = isOfLayersInARow(json) ? layersInARow(json, parameters) : graph(json, parameters);
            byte[] state = entries.get(UPDATER_STATE);
            if (state != null) {
                graph.getUpdater(true).setStateViewArray(SavedArray.read(state));
            }
            return new SavedNetwork(graph);
        } catch (RuntimeException | OutOfMemoryError e) { // what DL4J and Jackson do with numbers or text that are none
            throw new IOException("it is no network that DL4J can read: " + firstLine(e), e);
        }
    }

    /** Those of the zip that make a network. */
    private static Map<String, byte[]> entries(InputStream in) throws IOException {
        Map<String, byte[]> entries = new HashMap<>();
        try {
            ZipInputStream zip = new ZipInputStream(in);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] content = READ.contains(entry.getName()) ? zip.readAllBytes() : new byte[0];
                entries.put(entry.getName(), content);
            }
        } catch (EOFException | ZipException e) {
            throw new IOException("the zip file is damaged or ends too early: " + firstLine(e), e);
        }
        return entries;
    }

    /** A MultiLayerConfiguration has a list of layers where a graph has vertices. */
    private static boolean isOfLayersInARow(String json) {
        return json.contains("\"confs\"") && !json.contains("\"vertices\"");
    }

    private static ComputationGraph graph(String json, INDArray parameters) {
        ComputationGraphConfiguration configuration = ComputationGraphConfiguration.fromJson(json);
        configuration.setDataType(parameters.dataType());
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init(parameters, false);
        return graph;
    }

    private static ComputationGraph layersInARow(String json, INDArray parameters) {
        MultiLayerConfiguration configuration = MultiLayerConfiguration.fromJson(json);
        configuration.setDataType(parameters.dataType());
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init(parameters, false);
        ComputationGraph graph = network.toComputationGraph(); // a copy
        OffHeap.free(network);
        return graph;
    }

    private static String firstLine(Throwable e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getMessage().lines().findFirst().orElse("");
    }

    /**
     * Before a run goes on from a checkpoint: whether it can.
     *
     * @param definition the run's network
     * @throws IOException if the file holds another network, or one with another updater
     */
    public static void requireSame(InputStream in, NetworkDefinition definition) throws IOException {
        SavedNetwork network = read(in);
        ComputationGraph graph = Dl4jReplica.initialized(definition);
        try {
            network.copyInto(graph);
        } finally {
            OffHeap.free(graph);
        }
    }

    /** Copies parameters, updater state and counts into the memory that {@code graph} has. */
    void copyInto(ComputationGraph graph) throws IOException {
        compareParameters(graph.paramTable(), saved.paramTable());
        INDArray state = graph.getUpdater(true).getStateViewArray();
        INDArray savedState = saved.getUpdater(true).getStateViewArray();
        if (length(state) != length(savedState)) {
            throw new IOException("the saved updater has " + length(savedState) + " elements of state, this one "
                    + length(state) + ": it is another updater, or other layers were frozen");
        }
        compareUpdaters(graph, saved);
        graph.params().assign(saved.params());
        if (state != null) {
            state.assign(savedState);
        }
        graph.getConfiguration().setIterationCount(saved.getConfiguration().getIterationCount());
        graph.getConfiguration().setEpochCount(saved.getConfiguration().getEpochCount());
        OffHeap.free(saved);
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
        OffHeap.free(saved);
        InitialParameters.requireEnough(taken, graph);
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

    /** Momentum read as a sum of squares has the right size and the wrong meaning. */
    private static void compareUpdaters(ComputationGraph mine, ComputationGraph theirs) throws IOException {
        for (GraphVertex vertex : mine.getVertices()) {
            if (vertex.numParams() == 0) {
                continue;
            }
            GraphVertex savedVertex = theirs.getVertex(vertex.getVertexName());
            for (String parameter : vertex.paramTable(false).keySet()) {
                IUpdater here = vertex.getConfig().getUpdaterByParam(parameter);
                IUpdater there = savedVertex.getConfig().getUpdaterByParam(parameter);
                if (stateOf(here) + stateOf(there) > 0 && here.getClass() != there.getClass()) {
                    throw new IOException("the saved updater of '" + vertex.getVertexName() + "' is "
                            + there.getClass().getSimpleName() + ", this one's is "
                            + here.getClass().getSimpleName()
                            + ": it is another updater, whose state means something else. Go on with the one that the run"
                            + " began with, or begin a new run with the saved parameters (init-from)");
                }
            }
        }
    }

    private static long stateOf(IUpdater updater) {
        return updater == null ? 0 : updater.stateSize(1);
    }

    private static long length(INDArray state) {
        return state == null ? 0 : state.length();
    }
}
