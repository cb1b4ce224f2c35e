package io.lockstep.networks.weights;

import io.lockstep.networks.weights.NameTable.Candidate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Which of a file's tensors become which of a network's parameters, made from headers alone. */
public final class WeightPlan {
    private final NameTable table;
    private final List<Found> found = new ArrayList<>();
    private final List<Misfit> misfits = new ArrayList<>();
    private final List<String> unexpected = new ArrayList<>();

    /**
     * @param tensors that make the parameter, behind one another along its last dimension
     * @param less what is subtracted from it; null: nothing
     */
    private record Found(NetworkParameter parameter, List<TensorInfo> tensors, TensorInfo less, Layout layout) {}

    /**
     * A parameter that no tensor becomes.
     *
     * @param wanted what it would have been called in the file, or empty
     * @param there the tensors of that name, which have other shapes; null if there are none
     */
    record Misfit(NetworkParameter parameter, String wanted, List<TensorInfo> there) {}

    private WeightPlan(NameTable table) {
        this.table = table;
    }

    /**
     * By the table that finds most.
     *
     * @param tables of names that the file may have
     * @throws IOException if two tensors would have the same name
     */
    public static WeightPlan of(List<NetworkParameter> parameters, List<TensorInfo> tensors, List<NameTable> tables)
            throws IOException {
        Map<String, TensorInfo> byName = new LinkedHashMap<>();
        for (TensorInfo tensor : tensors) {
            TensorInfo other = byName.put(NameTable.bare(tensor.name()), tensor);
            if (other != null) {
                throw new IOException("'" + other.name() + "' and '" + tensor.name() + "' would both be '"
                        + NameTable.bare(tensor.name()) + "': it holds two networks");
            }
        }
        List<WeightPlan> plans = new ArrayList<>();
        for (NameTable table : tables) {
            plans.add(of(parameters, byName, table));
        }
        return plans.stream()
                .max(Comparator.comparingLong(WeightPlan::elements).thenComparingInt(WeightPlan::namesMet))
                .orElseThrow();
    }

    private static WeightPlan of(List<NetworkParameter> parameters, Map<String, TensorInfo> byName, NameTable table) {
        WeightPlan plan = new WeightPlan(table);
        Set<TensorInfo> met = new HashSet<>();
        for (NetworkParameter parameter : parameters) {
            plan.place(parameter, byName, met);
        }
        byName.values().stream()
                .filter(tensor -> !met.contains(tensor) && !table.ignores(tensor.name()))
                .forEach(tensor -> plan.unexpected.add(tensor.name()));
        return plan;
    }

    private void place(NetworkParameter parameter, Map<String, TensorInfo> byName, Set<TensorInfo> met) {
        List<Candidate> candidates = table.candidates(parameter);
        List<TensorInfo> unfit = null;
        for (Candidate candidate : candidates) {
            List<TensorInfo> tensors = new ArrayList<>();
            candidate.names().stream()
                    .map(name -> byName.get(NameTable.bare(name)))
                    .forEach(tensors::add);
            TensorInfo less = candidate.less() == null ? null : byName.get(NameTable.bare(candidate.less()));
            if (tensors.contains(null) || candidate.less() != null && less == null) {
                continue;
            }
            met.addAll(tensors);
            boolean fits = fits(parameter, tensors, candidate.layout())
                    && (less == null || fits(parameter, List.of(less), candidate.layout()));
            if (fits) {
                if (less != null) {
                    met.add(less);
                }
                found.add(new Found(parameter, tensors, less, candidate.layout()));
                return;
            }
            unfit = tensors;
        }
        String wanted =
                candidates.isEmpty() ? "" : String.join(" + ", candidates.get(0).names());
        misfits.add(new Misfit(parameter, wanted, unfit));
    }

    private static boolean fits(NetworkParameter parameter, List<TensorInfo> tensors, Layout layout) {
        List<Long> here = parameter.sizes();
        if (tensors.stream().anyMatch(tensor -> tensor.elements() > Integer.MAX_VALUE)) {
            return false;
        }
        if (tensors.size() == 1) {
            return layout.fits(sizes(tensors.get(0)), here);
        }
        List<Long> part = new ArrayList<>(here); // equal parts of the last dimension
        int last = part.size() - 1;
        if (last < 0 || part.get(last) % tensors.size() != 0) {
            return false;
        }
        part.set(last, part.get(last) / tensors.size());
        return tensors.stream().allMatch(tensor -> layout.fits(sizes(tensor), part));
    }

    private static List<Long> sizes(TensorInfo tensor) {
        return tensor.shape().stream().filter(size -> size != 1).toList();
    }

    /** Whose names the file has. */
    public NameTable table() {
        return table;
    }

    /** How many of the network's parameters, counted one by one, the file has. */
    public long elements() {
        return found.stream()
                .mapToLong(each -> each.parameter().value().length())
                .sum();
    }

    private int namesMet() {
        return (int) misfits.stream().filter(misfit -> misfit.there() != null).count();
    }

    /** What the file has for no parameter. */
    List<String> unexpected() {
        return unexpected;
    }

    /** Parameters that the file has nothing for. */
    List<Misfit> misfits() {
        return misfits;
    }

    /** Whether all of the file is taken, and all parameters are found, but those of outputs for other classes. */
    public boolean isWhole() {
        return unexpected.isEmpty()
                && misfits.stream().allMatch(misfit -> misfit.parameter().output() && misfit.there() != null);
    }

    /** Parameters that stay as they are, in the network's order. */
    public List<String> anew() {
        return misfits.stream().map(misfit -> misfit.parameter().name()).toList();
    }

    /** Parameters that are taken, in the network's order. */
    public List<NetworkParameter> taken() {
        return found.stream().map(Found::parameter).toList();
    }

    /** Reads the tensors into the network. */
    public void takeFrom(TensorSource source) throws IOException {
        Map<String, List<Found>> uses = new HashMap<>();
        for (Found each : found) {
            if (each.less() != null) {
                each.parameter().value().assign(0); // two tensors are summed up in it
            }
            Stream.concat(each.tensors().stream(), Stream.ofNullable(each.less()))
                    .forEach(tensor -> uses.computeIfAbsent(tensor.name(), name -> new ArrayList<>())
                            .add(each));
        }
        source.read(tensor -> uses.containsKey(tensor.name()), (tensor, numbers) -> {
            long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            try (INDArray array = Nd4j.create(numbers, shape.length == 0 ? new long[] {1} : shape, 'c')) {
                uses.get(tensor.name()).forEach(use -> assign(use, tensor, array));
            }
        });
    }

    private static void assign(Found use, TensorInfo tensor, INDArray array) {
        INDArray value = use.parameter().value();
        INDArray part = use.layout().toNetwork(array, use.parameter());
        if (use.less() != null) {
            INDArray alike = part.dup('c').reshape('c', value.shape());
            value.addi(tensor.equals(use.less()) ? alike.negi() : alike);
            return;
        }
        int count = use.tensors().size();
        if (count > 1) {
            int last = value.rank() - 1;
            long size = value.size(last) / count;
            long from = use.tensors().indexOf(tensor) * size;
            value = last == 0
                    ? value.get(NDArrayIndex.interval(from, from + size))
                    : value.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + size));
        }
        boolean alike = Arrays.equals(part.shape(), value.shape());
        value.assign(alike ? part : part.dup('c').reshape('c', value.shape())); // dimensions of size 1
    }
}
