package io.lockstep.networks.dl4j;

import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.networks.PoolingWindows;
import java.nio.ByteBuffer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's layer for maxima and means of dilated windows, in loops of plain Java: ND4J's oneDNN helper computes them as if
 * the windows were not dilated.
 */
final class DilatedPooling extends SubsamplingLayer {
    private static final long serialVersionUID = 1L;

    private final boolean channelsLast;
    private final boolean max;

    DilatedPooling(SubsamplingLayer original) {
        super(original.conf(), DataType.FLOAT);
        helper = null;
        channelsLast = layerConf().getCnn2dDataFormat() == CNN2DFormat.NHWC;
        max = layerConf().getPoolingType() == PoolingType.MAX;
    }

    /** Whether it is one of those that ND4J computes wrongly. */
    static boolean isDilated(SubsamplingLayer original) {
        return PoolingWindows.areDilated(original.layerConf());
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray x = ArrayMemory.contiguous(input, ArrayType.FF_WORKING_MEM, workspaces);
        Images images = new Images(x);
        INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, images.outputShape(), 'c');
        ByteBuffer from = ArrayMemory.bytes(x);
        ByteBuffer to = ArrayMemory.bytes(y);
        images.forEachOutput((output, inputs, count) -> {
            float value = max ? get(from, inputs[largest(from, inputs, count)]) : 0;
            for (int i = 0; i < count && !max; i++) {
                value += get(from, inputs[i]) / divisor(count);
            }
            to.putFloat(output * Float.BYTES, value);
        });
        return y;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray x = ArrayMemory.contiguous(input, ArrayType.BP_WORKING_MEM, workspaces);
        INDArray dy = ArrayMemory.contiguous(epsilon, ArrayType.BP_WORKING_MEM, workspaces);
        INDArray dx = workspaces.create(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, x.shape(), 'c');
        ByteBuffer from = ArrayMemory.bytes(x);
        ByteBuffer slopes = ArrayMemory.bytes(dy);
        ByteBuffer to = ArrayMemory.bytes(dx);
        new Images(x).forEachOutput((output, inputs, count) -> {
            float slope = get(slopes, output);
            if (max) {
                add(to, inputs[largest(from, inputs, count)], slope);
            }
            for (int i = 0; i < count && !max; i++) {
                add(to, inputs[i], slope / divisor(count));
            }
        });
        return new Pair<>(new DefaultGradient(), dx);
    }

    private int divisor(int count) {
        int[] kernel = layerConf().getKernelSize();
        return layerConf().isAvgPoolIncludePadInDivisor() ? kernel[0] * kernel[1] : count;
    }

    /** The place among the inputs of the first of the largest. */
    private static int largest(ByteBuffer x, int[] inputs, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            best = get(x, inputs[i]) > get(x, inputs[best]) ? i : best;
        }
        return best;
    }

    private static float get(ByteBuffer x, int element) {
        return x.getFloat(element * Float.BYTES);
    }

    private static void add(ByteBuffer x, int element, float value) {
        x.putFloat(element * Float.BYTES, get(x, element) + value);
    }

    private interface Visitor {
        /** @param inputs elements that the output sees; the first {@code count} count */
        void visit(int output, int[] inputs, int count);
    }

    /** Where elements lie. */
    private final class Images {
        private final int examples;
        private final Shape from;
        private final Shape to;
        private final Window window;

        Images(INDArray x) {
            examples = (int) x.size(0);
            from = channelsLast
                    ? new Shape((int) x.size(1), (int) x.size(2), (int) x.size(3))
                    : new Shape((int) x.size(2), (int) x.size(3), (int) x.size(1));
            window = PoolingWindows.of(layerConf(), from);
            to = new Shape(window.outputHeight(from.height()), window.outputWidth(from.width()), from.channels());
        }

        long[] outputShape() {
            return channelsLast
                    ? new long[] {examples, to.height(), to.width(), to.channels()}
                    : new long[] {examples, to.channels(), to.height(), to.width()};
        }

        private int element(Shape shape, int n, int c, int h, int w) {
            return channelsLast
                    ? ((n * shape.height() + h) * shape.width() + w) * shape.channels() + c
                    : ((n * shape.channels() + c) * shape.height() + h) * shape.width() + w;
        }

        void forEachOutput(Visitor visitor) {
            int[] inputs = new int[window.height() * window.width()];
            for (int n = 0; n < examples; n++) {
                for (int h = 0; h < to.height(); h++) {
                    for (int w = 0; w < to.width(); w++) {
                        for (int c = 0; c < to.channels(); c++) {
                            visitor.visit(element(to, n, c, h, w), inputs, inputsOf(n, c, h, w, inputs));
                        }
                    }
                }
            }
        }

        private int inputsOf(int n, int c, int h, int w, int[] inputs) {
            int count = 0;
            for (int kh = 0; kh < window.height(); kh++) {
                int row = h * window.strideHeight() - window.padTop() + kh * window.dilationHeight();
                for (int kw = 0; kw < window.width(); kw++) {
                    int column = w * window.strideWidth() - window.padLeft() + kw * window.dilationWidth();
                    if (row >= 0 && row < from.height() && column >= 0 && column < from.width()) {
                        inputs[count++] = element(from, n, c, row, column);
                    }
                }
            }
            return count;
        }
    }
}
