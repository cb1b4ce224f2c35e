package io.lockstep.engine.cpu.loss;

import io.lockstep.engine.ElementType;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.RowLoss;
import io.lockstep.engine.RowLoss.Row;
import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.node.LossNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.Arrays;
import java.util.List;

/** Any {@link RowLoss}, row by row in double precision. Sums are kept by example, so that threads do not change them. */
final class RowLossNode extends LossNode {
    private final Row training;
    private final Row evaluation;
    private final int rows;
    private final int predictions;
    private final int read;
    private final double factor;
    private final List<Shape> shapes;
    private final boolean[] ints;
    private final int sums;
    /** (capacity, sums) */
    private final double[] kept;

    private final Scratch[] scratch;

    /** What a lane computes a row in. */
    private static final class Scratch {
        final double[][] x;
        final double[][] slopes;
        final double[] sums;

        Scratch(List<Shape> shapes, int read, int predictions, int sums) {
            x = shapes.subList(0, read).stream()
                    .map(shape -> new double[shape.channels()])
                    .toArray(double[][]::new);
            slopes = shapes.subList(0, predictions).stream()
                    .map(shape -> new double[shape.channels()])
                    .toArray(double[][]::new);
            this.sums = new double[sums];
        }
    }

    RowLossNode(Site site) {
        super(site);
        Machine plan = site.machine();
        Node node = site.node();
        RowLoss loss = (RowLoss) node.operation();
        shapes = site.shapes();
        predictions = loss.predictions();
        read = predictions + loss.targets();
        rows = node.shape().pixels();
        training = loss.row(shapes.subList(0, read), true);
        evaluation = loss.row(shapes.subList(0, read), false);
        factor = site.graph().lossWeight(node);
        sums = loss.sums().size();
        kept = new double[plan.capacity() * sums];
        ints = new boolean[shapes.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = loss.reads(i) == ElementType.INT32;
        }
        scratch = new Scratch[plan.lanes()];
        Arrays.setAll(scratch, lane -> new Scratch(shapes, read, predictions, sums));
    }

    @Override
    protected ExampleTask task(Tensor[] inputs, Tensor[] gradients) {
        return (lane, from, to) -> {
            Arrays.fill(kept, from * sums, to * sums, 0);
            for (int i = from * rows; i < to * rows; i++) {
                row(scratch[lane.index()], i, inputs, gradients);
            }
        };
    }

    private void row(Scratch own, int i, Tensor[] inputs, Tensor[] gradients) {
        double weight = weight(i, inputs);
        if (weight == 0) {
            clear(i, gradients);
            return;
        }
        for (int k = 0; k < read; k++) {
            load(inputs[k], ints[k], i, own.x[k]);
        }
        (gradients == null ? evaluation : training).run(own.x, own.slopes, own.sums);
        int at = i / rows * sums;
        kept[at] += weight * own.sums[0];
        for (int k = 1; k < sums; k++) {
            kept[at + k] += own.sums[k];
        }
        for (int k = 0; gradients != null && k < predictions; k++) {
            double[] slopes = own.slopes[k];
            for (int c = 0; c < slopes.length; c++) {
                int place = (i * slopes.length + c) * Float.BYTES;
                gradients[k].buffer().putFloat(place, (float) (factor * weight * slopes[c]));
            }
        }
    }

    private double weight(int i, Tensor[] inputs) {
        double weight = 1;
        for (int k = read; k < inputs.length; k++) {
            int at = shapes.get(k).pixels() == 1 ? i / rows : i;
            weight *= inputs[k].buffer().getFloat(at * Float.BYTES);
        }
        return weight;
    }

    private static void load(Tensor from, boolean ints, int i, double[] to) {
        for (int c = 0; c < to.length; c++) {
            int at = (i * to.length + c) * Float.BYTES;
            to[c] = ints ? from.buffer().getInt(at) : from.buffer().getFloat(at);
        }
    }

    private void clear(int i, Tensor[] gradients) {
        for (int k = 0; gradients != null && k < predictions; k++) {
            int channels = shapes.get(k).channels();
            for (int c = 0; c < channels; c++) {
                gradients[k].buffer().putFloat((i * channels + c) * Float.BYTES, 0);
            }
        }
    }

    @Override
    public void collect(int examples, double[] into) {
        Arrays.fill(into, 0);
        for (int i = 0; i < examples * sums; i++) {
            into[i % sums] += kept[i];
        }
    }
}
