package io.lockstep.engine.cpu.norm;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.kernels.ChannelPasses;
import java.util.Arrays;

/**
 * Group norm, example by example: the passes of batch norm on one example's pixels, with sums that are put together over a
 * group's channels; each lane adds up its part of the parameters' gradients.
 */
final class GroupNormNode extends SequenceNode {
    private static final int SAVED = 2; // a group's mean, and one by its deviation

    private final GroupNorm operation;
    private final int channels;
    private final int pixels;
    private final int channelsOfGroup;
    private final int gainAt;
    private final int biasAt;
    private final Scratch[] lanes;
    private Tensor saved;

    /** A lane's; constants are as long as {@link ChannelPasses#period}. */
    private static final class Scratch {
        final ChannelPasses passes;
        final float[] centre;
        final float[] scale;
        final float[] shift;
        final float[] ofInput;
        final double[] sum;
        final double[] products;
        final double[] gainGradient;
        final double[] biasGradient;

        Scratch(int channels) {
            passes = ChannelPasses.ofChannels(channels);
            centre = new float[passes.period()];
            scale = new float[passes.period()];
            shift = new float[passes.period()];
            ofInput = new float[passes.period()];
            sum = new double[channels];
            products = new double[channels];
            gainGradient = new double[channels];
            biasGradient = new double[channels];
        }

        void clearSums() {
            Arrays.fill(sum, 0);
            Arrays.fill(products, 0);
        }
    }

    GroupNormNode(Site site) {
        super(site);
        operation = (GroupNorm) node.operation();
        channels = node.shape().channels();
        pixels = node.shape().pixels();
        channelsOfGroup = channels / operation.groupsOf(channels);
        gainAt = parameterAt(0);
        biasAt = parameterAt(channels);
        lanes = new Scratch[plan.lanes()];
        Arrays.setAll(lanes, lane -> new Scratch(channels));
    }

    @Override
    public void forward(Context context) {
        Program program = context.program();
        saved = program.tensor(node.name() + ".saved", (long) SAVED * channels / channelsOfGroup);
        Tensor x = context.input();
        Tensor y = context.newOutput();
        program.chunked(
                "forward " + node.name(),
                (lane, from, to) -> {
                    for (int example = from; example < to; example++) {
                        normalize(lanes[lane.index()], example, x, y);
                    }
                },
                x,
                y,
                saved);
    }

    private void normalize(Scratch mine, int example, Tensor x, Tensor y) {
        int at = x.at(example);
        for (int c = 0; c < channels; c++) {
            mine.centre[c] = x.buffer().getFloat(at + c * Float.BYTES); // so that a large mean costs no digits
        }
        mine.passes.repeat(mine.centre);
        mine.clearSums();
        mine.passes.moments(x.buffer(), at, pixels, mine.centre, mine.sum, mine.products);
        for (int first = 0; first < channels; first += channelsOfGroup) {
            normalizeGroup(mine, first, saved.at(example) + first / channelsOfGroup * SAVED * Float.BYTES);
        }
        mine.passes.repeat(mine.scale);
        mine.passes.repeat(mine.shift);
        mine.passes.affine(x.buffer(), at, pixels, mine.scale, mine.shift, y.buffer());
    }

    /** Mean and deviation of a group's channels, and what they make of each. */
    private void normalizeGroup(Scratch mine, int first, int savedAt) {
        double mean = 0;
        for (int c = first; c < first + channelsOfGroup; c++) {
            mean += (mine.centre[c] + mine.sum[c] / pixels) / channelsOfGroup;
        }
        double squares = 0;
        for (int c = first; c < first + channelsOfGroup; c++) {
            double away = mine.centre[c] + mine.sum[c] / pixels - mean;
            squares += mine.products[c] - mine.sum[c] * mine.sum[c] / pixels + pixels * away * away;
        }
        double variance = Math.max(0, squares / ((double) pixels * channelsOfGroup));
        double inverse = 1 / Math.sqrt(variance + operation.epsilon());
        saved.buffer().putFloat(savedAt, (float) mean);
        saved.buffer().putFloat(savedAt + Float.BYTES, (float) inverse);
        for (int c = first; c < first + channelsOfGroup; c++) {
            double factor = parameter(gainAt, c) * inverse;
            mine.scale[c] = (float) factor;
            mine.shift[c] = (float) (parameter(biasAt, c) - mean * factor);
        }
    }

    private float parameter(int at, int c) {
        return plan.parameterBuffer().getFloat(at + c * Float.BYTES);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Program program = context.program();
        Tensor x = context.input();
        Tensor given = context.gradientFor(0);
        Tensor dx = given != null ? given : program.tensor(node.name() + ".unused", (long) pixels * channels);
        program.chunked(
                "backward " + node.name(),
                (lane, from, to) -> {
                    Scratch mine = lanes[lane.index()];
                    if (from == lane.from()) {
                        Arrays.fill(mine.gainGradient, 0);
                        Arrays.fill(mine.biasGradient, 0);
                    }
                    for (int example = from; example < to; example++) {
                        backward(mine, example, x, dy, dx);
                    }
                },
                x,
                dy,
                dx,
                saved);
        context.parameterGradients("backward " + node.name() + " sums", (lane, count, examples) -> {
            if (lane.index() == 0) {
                total(count, examples);
            }
        });
    }

    private void backward(Scratch mine, int example, Tensor x, Tensor dy, Tensor dx) {
        int at = x.at(example);
        for (int c = 0; c < channels; c++) {
            mine.centre[c] = saved.buffer().getFloat(savedAt(example, c));
        }
        mine.passes.repeat(mine.centre);
        mine.clearSums();
        mine.passes.gradientSums(dy.buffer(), x.buffer(), at, pixels, mine.centre, mine.sum, mine.products);
        for (int first = 0; first < channels; first += channelsOfGroup) {
            double inverse = saved.buffer().getFloat(savedAt(example, first) + Float.BYTES);
            double ofGradients = 0;
            double ofProducts = 0;
            for (int c = first; c < first + channelsOfGroup; c++) {
                mine.gainGradient[c] += mine.products[c] * inverse;
                mine.biasGradient[c] += mine.sum[c];
                ofGradients += parameter(gainAt, c) * mine.sum[c];
                ofProducts += parameter(gainAt, c) * mine.products[c];
            }
            double elements = (double) pixels * channelsOfGroup;
            for (int c = first; c < first + channelsOfGroup; c++) {
                mine.scale[c] = (float) (parameter(gainAt, c) * inverse);
                mine.ofInput[c] = (float) (-inverse * inverse * inverse * ofProducts / elements);
                mine.shift[c] = (float) (-inverse * ofGradients / elements);
            }
        }
        mine.passes.repeat(mine.scale);
        mine.passes.repeat(mine.ofInput);
        mine.passes.repeat(mine.shift);
        mine.passes.inputGradient(
                dy.buffer(), x.buffer(), at, pixels, mine.centre, mine.scale, mine.ofInput, mine.shift, dx.buffer());
    }

    private int savedAt(int example, int channel) {
        return saved.at(example) + channel / channelsOfGroup * SAVED * Float.BYTES;
    }

    private void total(int count, int examples) {
        for (int c = 0; c < channels; c++) {
            double gain = 0;
            double bias = 0;
            for (int lane = 0; lane < count; lane++) {
                if (Lane.shareStart(lane, count, examples) < Lane.shareStart(lane + 1, count, examples)) {
                    gain += lanes[lane].gainGradient[c];
                    bias += lanes[lane].biasGradient[c];
                }
            }
            plan.gradientBuffer().putFloat(gainAt + c * Float.BYTES, (float) gain);
            plan.gradientBuffer().putFloat(biasAt + c * Float.BYTES, (float) bias);
        }
    }
}
