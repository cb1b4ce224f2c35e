package io.lockstep.engine.reference;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Norm.GroupNorm;

/** Wu and He 2018, section 3.1: over the pixels of an example and the channels of a group. */
final class ReferenceGroupNorm extends ReferenceSequence {
    private final int channels;
    private final int pixels;
    private final int channelsOfGroup;
    private final double epsilon;

    ReferenceGroupNorm(ReferenceSite site) {
        super(site);
        Node node = site.node();
        GroupNorm operation = (GroupNorm) node.operation();
        channels = shape.channels();
        pixels = shape.pixels();
        channelsOfGroup = channels / operation.groupsOf(channels);
        epsilon = operation.epsilon();
    }

    /** What is done with each element of a group: its place, and its channel. */
    private interface Visitor {
        void visit(int at, int channel);
    }

    private void visit(int example, int first, Visitor visitor) {
        for (int pixel = 0; pixel < pixels; pixel++) {
            for (int c = first; c < first + channelsOfGroup; c++) {
                visitor.visit((example * pixels + pixel) * channels + c, c);
            }
        }
    }

    @Override
    public void forward(double[][] inputs, double[] y) {
        double[] x = inputs[0];
        for (int example = 0; example < examples; example++) {
            for (int first = 0; first < channels; first += channelsOfGroup) {
                double[] moments = moments(x, example, first);
                visit(example, first, (at, c) -> y[at] = (x[at] - moments[0]) / moments[1] * gain(c) + bias(c));
            }
        }
    }

    @Override
    public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
        double[] x = inputs[0];
        double elements = (double) pixels * channelsOfGroup;
        for (int example = 0; example < examples; example++) {
            for (int first = 0; first < channels; first += channelsOfGroup) {
                double[] moments = moments(x, example, first);
                double[] sums = new double[2];
                visit(example, first, (at, c) -> {
                    double normalized = (x[at] - moments[0]) / moments[1];
                    gradients[parametersAt + c] += dy[at] * normalized;
                    gradients[parametersAt + channels + c] += dy[at];
                    sums[0] += dy[at] * gain(c);
                    sums[1] += dy[at] * gain(c) * normalized;
                });
                visit(example, first, (at, c) -> {
                    double normalized = (x[at] - moments[0]) / moments[1];
                    inputGradients[0][at] +=
                            (dy[at] * gain(c) - sums[0] / elements - normalized * sums[1] / elements) / moments[1];
                });
            }
        }
    }

    /** Mean, and deviation with epsilon. */
    private double[] moments(double[] x, int example, int first) {
        double elements = (double) pixels * channelsOfGroup;
        double[] moments = new double[2];
        visit(example, first, (at, c) -> moments[0] += x[at] / elements);
        visit(example, first, (at, c) -> moments[1] += (x[at] - moments[0]) * (x[at] - moments[0]) / elements);
        moments[1] = Math.sqrt(moments[1] + epsilon);
        return moments;
    }

    private double gain(int c) {
        return parameters[parametersAt + c];
    }

    private double bias(int c) {
        return parameters[parametersAt + channels + c];
    }
}
