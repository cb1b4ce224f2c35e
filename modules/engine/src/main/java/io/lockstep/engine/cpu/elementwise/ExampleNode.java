package io.lockstep.engine.cpu.elementwise;

import io.lockstep.engine.ElementType;
import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.ExampleOperation.Arithmetic;
import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.node.PlainNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.Arrays;
import java.util.List;

/** Any {@link ExampleOperation}, example by example in double precision. */
final class ExampleNode implements PlainNode {
    private final Arithmetic arithmetic;
    private final boolean[] ints;
    private final Scratch[] scratch;

    /** What a lane computes an example in. */
    private static final class Scratch {
        final double[][] x;
        final double[][] dx;
        final double[] y;
        final double[] dy;

        Scratch(List<Shape> inputs, Shape output) {
            x = arrays(inputs);
            dx = arrays(inputs);
            y = new double[output.elements()];
            dy = new double[output.elements()];
        }

        private static double[][] arrays(List<Shape> shapes) {
            return shapes.stream().map(shape -> new double[shape.elements()]).toArray(double[][]::new);
        }
    }

    ExampleNode(Site site) {
        ExampleOperation operation = (ExampleOperation) site.node().operation();
        List<Shape> inputs = site.shapes();
        arithmetic = operation.arithmetic(inputs);
        ints = new boolean[inputs.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = operation.reads(i) == ElementType.INT32;
        }
        scratch = new Scratch[site.machine().lanes()];
        Arrays.setAll(scratch, lane -> new Scratch(inputs, site.node().shape()));
    }

    @Override
    public ExampleTask forwardTask(Tensor[] x, Tensor y) {
        return (lane, first, end) -> {
            Scratch own = scratch[lane.index()];
            for (int n = first; n < end; n++) {
                load(x, n, own.x);
                arithmetic.forward(own.x, own.y);
                store(own.y, y, n);
            }
        };
    }

    @Override
    public ExampleTask backwardTask(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx) {
        return (lane, first, end) -> {
            Scratch own = scratch[lane.index()];
            for (int n = first; n < end; n++) {
                load(x, n, own.x);
                load(y, n, false, own.y);
                load(dy, n, false, own.dy);
                for (double[] each : own.dx) {
                    Arrays.fill(each, 0);
                }
                arithmetic.backward(own.x, own.y, own.dy, own.dx);
                store(own.dx[input], dx, n);
            }
        };
    }

    private void load(Tensor[] from, int n, double[][] to) {
        for (int k = 0; k < from.length; k++) {
            load(from[k], n, ints[k], to[k]);
        }
    }

    private static void load(Tensor from, int n, boolean ofInts, double[] to) {
        int at = from.at(n);
        for (int i = 0; i < to.length; i++) {
            int place = at + i * Float.BYTES;
            to[i] = ofInts ? from.buffer().getInt(place) : from.buffer().getFloat(place);
        }
    }

    private static void store(double[] from, Tensor to, int n) {
        int at = to.at(n);
        for (int i = 0; i < from.length; i++) {
            to.buffer().putFloat(at + i * Float.BYTES, (float) from[i]);
        }
    }
}
