package io.lockstep.spark.frames;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which columns of a DataFrame are what of an example.
 *
 * @param inputs by the name of a field of the example, the columns whose numbers it has, one after the other
 * @param label a column, or null: examples without a label
 * @param labels what it says
 * @param classes of labels that are numbers of classes, if it is known, as the network tells so many apart; 0: as many as the
 *     rows have
 * @param weight a column of how much an example counts, or null: all the same
 * @param shape in which the only input's numbers are read, for example (1, 28, 28); empty: as the columns have it
 */
public record FrameRequest(
        Map<String, List<String>> inputs,
        String label,
        Labels labels,
        int classes,
        String weight,
        List<Integer> shape) {
    /** What a label says of an example. */
    public enum Labels {
        /** Its class. */
        CLASSES,
        /** Numbers that are to be predicted. */
        NUMBERS
    }

    public FrameRequest {
        Map<String, List<String>> ordered = new LinkedHashMap<>();
        inputs.forEach((field, columns) -> ordered.put(field, List.copyOf(columns)));
        inputs = ordered;
        shape = List.copyOf(shape);
    }

    /** Examples of one input. */
    public static FrameRequest of(String field, List<String> columns) {
        return new FrameRequest(Map.of(field, columns), null, Labels.CLASSES, 0, null, List.of());
    }

    /** One input more. */
    public FrameRequest withInput(String field, List<String> columns) {
        Map<String, List<String>> more = new LinkedHashMap<>(inputs);
        more.put(field, columns);
        return new FrameRequest(more, label, labels, classes, weight, shape);
    }

    public FrameRequest withLabel(String column, Labels kind) {
        return new FrameRequest(inputs, column, kind, classes, weight, shape);
    }

    public FrameRequest withClasses(int known) {
        return new FrameRequest(inputs, label, labels, known, weight, shape);
    }

    public FrameRequest withWeight(String column) {
        return new FrameRequest(inputs, label, labels, classes, column, shape);
    }

    public FrameRequest withShape(List<Integer> sizes) {
        return new FrameRequest(inputs, label, labels, classes, weight, sizes);
    }

    /** Of the frame, each once. */
    List<String> columns() {
        List<String> all = new ArrayList<>();
        inputs.values().forEach(all::addAll);
        if (label != null) {
            all.add(label);
        }
        if (weight != null) {
            all.add(weight);
        }
        return all.stream().distinct().toList();
    }
}
