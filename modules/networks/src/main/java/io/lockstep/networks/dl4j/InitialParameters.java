package io.lockstep.networks.dl4j;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.OffHeap;
import io.lockstep.networks.weights.Misfits;
import io.lockstep.networks.weights.NameTable;
import io.lockstep.networks.weights.NetworkParameter;
import io.lockstep.networks.weights.SafetensorsReader;
import io.lockstep.networks.weights.SafetensorsWriter;
import io.lockstep.networks.weights.WeightFiles;
import io.lockstep.networks.weights.WeightPlan;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a run begins with, if not with drawn parameters: a file of DL4J's ModelSerializer, or safetensors. Other frameworks'
 * are translated once, on the driver, into a file of Lockstep's own names, which ranks read.
 */
public final class InitialParameters {
    private static final double LEAST_IN_COMMON = 0.01;
    /** What every zip file begins with. */
    private static final byte[] ZIP = {'P', 'K'};

    private InitialParameters() {}

    /**
     * Before a run begins with a network that ModelSerializer saved: whether it can.
     *
     * @param definition the run's network
     * @throws IOException if the file holds no network, or one that has next to nothing in common with the run's
     */
    public static void requireInCommon(InputStream in, NetworkDefinition definition) throws IOException {
        SavedNetwork network = SavedNetwork.read(in);
        ComputationGraph graph = Dl4jReplica.initialized(definition);
        try {
            network.copyCommonInto(graph);
        } finally {
            OffHeap.free(graph);
        }
    }

    /**
     * Before a run begins with other frameworks' weights: whether it can. Nothing but headers is read.
     *
     * @param tables of the names that the weights may have
     * @param strict whether all of the file has to fit, but for outputs of other classes
     * @return what does not fit, for people; empty if everything does
     * @throws IOException naming what does not fit
     */
    public static String requireFits(
            WeightFiles files, NetworkDefinition definition, List<NameTable> tables, boolean strict)
            throws IOException {
        ComputationGraph graph = Dl4jReplica.initialized(definition);
        try {
            WeightPlan plan = plan(files, graph, tables);
            String misfits = new Misfits(plan).toString();
            if (strict && !plan.isWhole()) {
                throw new IOException("by the names of " + plan.table().origin() + " it does not fit the network: "
                        + misfits + ". With init-strict = false what fits is taken");
            }
            return misfits;
        } finally {
            OffHeap.free(graph);
        }
    }

    /** Writes what a network takes of other frameworks' weights, by Lockstep's names. */
    public static void translate(
            WeightFiles files, NetworkDefinition definition, List<NameTable> tables, OutputStream out)
            throws IOException {
        ComputationGraph graph = Dl4jReplica.initialized(definition);
        try {
            WeightPlan plan = plan(files, graph, tables);
            plan.takeFrom(files);
            Map<String, long[]> shapes = new LinkedHashMap<>();
            for (NetworkParameter parameter : plan.taken()) {
                shapes.put(parameter.name(), parameter.value().shape());
            }
            var writer = new SafetensorsWriter(out, shapes, Map.of("format", "lockstep"));
            for (NetworkParameter parameter : plan.taken()) {
                INDArray value = parameter.value();
                writer.write(value.dup('c').reshape(value.length()).toFloatVector());
            }
        } finally {
            OffHeap.free(graph);
        }
    }

    private static WeightPlan plan(WeightFiles files, ComputationGraph graph, List<NameTable> tables)
            throws IOException {
        List<NameTable> all = new ArrayList<>(tables);
        all.add(NameTable.OWN);
        WeightPlan plan = WeightPlan.of(NetworkParameter.of(graph), files.tensors(), all);
        if (isTooLittle(plan.elements(), graph)) {
            throw new IOException("it holds another network: of " + graph.numParams() + " parameters, it has "
                    + plan.elements() + "; " + new Misfits(plan));
        }
        return plan;
    }

    /**
     * Reads what {@link #translate} or ModelSerializer wrote.
     *
     * @return parameters that the file has nothing for, in the network's order
     */
    static List<String> take(InputStream file, ComputationGraph graph) throws IOException {
        BufferedInputStream in = new BufferedInputStream(file);
        in.mark(ZIP.length);
        byte[] first = in.readNBytes(ZIP.length);
        in.reset();
        if (first.length < ZIP.length || first[0] == ZIP[0] && first[1] == ZIP[1]) {
            return SavedNetwork.read(in).copyCommonInto(graph);
        }
        SafetensorsReader reader = SafetensorsReader.of(in);
        WeightPlan plan = WeightPlan.of(NetworkParameter.of(graph), reader.tensors(), List.of(NameTable.OWN));
        plan.takeFrom(reader);
        return plan.anew();
    }

    /** @throws IOException if they have next to nothing in common: a bias may be alike by chance */
    static void requireEnough(long taken, ComputationGraph graph) throws IOException {
        if (isTooLittle(taken, graph)) {
            throw new IOException("the saved network is another one: of " + graph.numParams() + " parameters, " + taken
                    + " are in one of the same name and shape there");
        }
    }

    private static boolean isTooLittle(long taken, ComputationGraph graph) {
        return taken < LEAST_IN_COMMON * graph.numParams();
    }
}
