package io.lockstep.engine.cpu.elementwise;

import io.lockstep.engine.cpu.node.PlainNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Elementwise.Combination;

/** Difference, product, mean or maximum, element by element. */
final class CombinationNode implements PlainNode {
    private final Combination.How how;
    private final int elements;

    CombinationNode(Site site) {
        how = ((Combination) site.node().operation()).how();
        elements = site.node().shape().elements();
    }

    @Override
    public ExampleTask forwardTask(Tensor[] x, Tensor y) {
        return (lane, first, end) -> {
            for (int i = first * elements; i < end * elements; i++) {
                y.buffer().putFloat(i * Float.BYTES, value(x, i * Float.BYTES));
            }
        };
    }

    private float value(Tensor[] x, int at) {
        float value = x[0].buffer().getFloat(at);
        for (int k = 1; k < x.length; k++) {
            float next = x[k].buffer().getFloat(at);
            value = switch (how) {
                case DIFFERENCE -> value - next;
                case PRODUCT -> value * next;
                case MEAN -> value + next;
                case MAXIMUM -> Math.max(value, next);
            };
        }
        return how == Combination.How.MEAN ? value / x.length : value;
    }

    @Override
    public ExampleTask backwardTask(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx) {
        return (lane, first, end) -> {
            for (int i = first * elements; i < end * elements; i++) {
                int at = i * Float.BYTES;
                dx.buffer().putFloat(at, dy.buffer().getFloat(at) * slope(input, x, at));
            }
        };
    }

    private float slope(int input, Tensor[] x, int at) {
        return switch (how) {
            case DIFFERENCE -> input == 0 ? 1 : -1;
            case MEAN -> 1f / x.length;
            case PRODUCT -> {
                float others = 1;
                for (int k = 0; k < x.length; k++) {
                    others *= k == input ? 1 : x[k].buffer().getFloat(at);
                }
                yield others;
            }
            case MAXIMUM -> {
                float own = x[input].buffer().getFloat(at);
                boolean largest = true;
                for (int k = 0; k < x.length; k++) {
                    float other = x[k].buffer().getFloat(at);
                    largest &= k < input ? own > other : own >= other;
                }
                yield largest ? 1 : 0;
            }
        };
    }
}
