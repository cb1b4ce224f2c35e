package io.lockstep.engine;

import io.lockstep.engine.Graph.Node;
import java.util.Arrays;
import java.util.List;

/**
 * What the losses of a graph told of the last pass: named sums over its examples ({@link Loss#sums}). Values change with
 * each pass; the object stays.
 */
public final class Sums {
    private final List<Node> losses;
    private final List<List<String>> names;
    private final double[] weights;
    private final double[][] values;

    public Sums(Graph graph) {
        losses = graph.losses();
        names = losses.stream().map(node -> ((Loss) node.operation()).sums()).toList();
        weights = losses.stream().mapToDouble(graph::lossWeight).toArray();
        values = losses.stream()
                .map(node -> new double[((Loss) node.operation()).sums().size()])
                .toArray(double[][]::new);
    }

    /** The nodes that tell, in the graph's order. */
    public List<Node> losses() {
        return losses;
    }

    /** @throws IllegalArgumentException if there is no such loss or sum */
    public double of(String loss, String sum) {
        for (int i = 0; i < values.length; i++) {
            if (losses.get(i).name().equals(loss)) {
                return of(i, sum);
            }
        }
        throw new IllegalArgumentException("there is no loss called " + loss + " among "
                + losses.stream().map(Node::name).toList());
    }

    /** Of the graph's last loss; 0 if it has no such sum. */
    public double of(String sum) {
        int last = values.length - 1;
        return last < 0 || !sumsOf(last).contains(sum) ? 0 : of(last, sum);
    }

    private double of(int loss, String sum) {
        int place = sumsOf(loss).indexOf(sum);
        if (place < 0) {
            throw new IllegalArgumentException(losses.get(loss).name() + " tells no " + sum + ", but " + sumsOf(loss));
        }
        return values[loss][place];
    }

    private List<String> sumsOf(int loss) {
        return names.get(loss);
    }

    /** Of all losses, each times its weight. */
    public double total() {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += weights[i] * of(i, Loss.LOSS);
        }
        return sum;
    }

    // ------------------------------------------------------------------ what backends ask

    /** What a loss tells, in the order of {@link Loss#sums}: for a backend to write to. */
    public double[] valuesOf(int loss) {
        return values[loss];
    }

    public void clear() {
        for (double[] each : values) {
            Arrays.fill(each, 0);
        }
    }
}
