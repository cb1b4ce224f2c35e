package io.lockstep.networks.weights;

import io.lockstep.networks.weights.NameTable.Candidate;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes a network's parameters as safetensors, by the names and in the layout of another framework, or by Lockstep's. */
public final class WeightExport {
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private final List<Numbers> numbers = new ArrayList<>();

    /** Those of the next tensor. */
    private interface Numbers {
        float[] get();
    }

    private WeightExport() {}

    /**
     * Writes the file.
     *
     * @param metadata texts for people and programs that look into the file
     * @throws IllegalArgumentException naming parameters that the table does not know
     */
    public static void write(ComputationGraph network, NameTable table, Map<String, String> metadata, OutputStream out)
            throws IOException {
        WeightExport export = new WeightExport();
        List<String> unknown = new ArrayList<>();
        for (NetworkParameter parameter : NetworkParameter.of(network)) {
            List<Candidate> candidates = table.candidates(parameter);
            if (candidates.isEmpty()) {
                unknown.add(parameter.name());
            } else {
                export.add(parameter, candidates.get(0));
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("the names of " + table.origin() + " have none for "
                    + String.join(", ", unknown.subList(0, Math.min(6, unknown.size()))));
        }
        SafetensorsWriter writer = new SafetensorsWriter(out, export.shapes, metadata);
        for (Numbers each : export.numbers) {
            writer.write(each.get());
        }
    }

    private void add(NetworkParameter parameter, Candidate candidate) {
        boolean own = candidate.names().get(0).equals(parameter.name());
        INDArray whole = candidate.layout().toFile(parameter);
        long[] shape = own ? whole.shape() : shapeThere(parameter, whole, candidate.ones());
        int parts = candidate.names().size();
        if (parts > 1) {
            shape[0] /= parts; // queries, keys and values: outputs behind one another
        }
        for (int part = 0; part < parts; part++) {
            add(candidate.names().get(part), shape, slice(candidate.layout(), parameter, part, parts));
        }
        if (candidate.less() != null) {
            long size = parameter.value().length();
            add(candidate.less(), shape, () -> new float[Math.toIntExact(size)]);
        }
    }

    private void add(String name, long[] shape, Numbers values) {
        if (shapes.put(name, shape) != null) {
            throw new IllegalArgumentException("two parameters would be called '" + name + "'");
        }
        numbers.add(values);
    }

    private static Numbers slice(Layout layout, NetworkParameter parameter, int part, int parts) {
        return () -> {
            float[] all = layout.toFile(parameter)
                    .dup('c')
                    .reshape(parameter.value().length())
                    .toFloatVector();
            int size = all.length / parts;
            return Arrays.copyOfRange(all, part * size, (part + 1) * size);
        };
    }

    /** A vector is DL4J's row (1, n). */
    private static long[] shapeThere(NetworkParameter parameter, INDArray whole, int ones) {
        boolean vector = parameter.value().rank() == 2 && parameter.value().size(0) == 1;
        long[] shape = vector ? new long[] {parameter.value().length()} : whole.shape();
        long[] there = new long[ones + shape.length];
        Arrays.fill(there, 0, ones, 1);
        System.arraycopy(shape, 0, there, ones, shape.length);
        return there;
    }
}
