package io.lockstep.engine.cpu.convolution;

import static io.lockstep.kernels.WinogradPasses.KERNEL;
import static io.lockstep.kernels.WinogradPasses.POINTS;

import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.convolution.PointProducts.Matrices;
import io.lockstep.engine.cpu.convolution.PointProducts.Sizes;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.Reorder;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.kernels.WinogradPasses.Image;
import java.nio.ByteBuffer;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/**
 * A convolution by Winograd's tiles, forward or of the output's gradient. Some rows of tiles are transformed at a time, of one
 * example or of several; of the outputs' channels so many are computed at a time that their transformed weights stay in the
 * cache. The whole of them, four times the weights, never goes to memory.
 */
final class WinogradProduct implements AutoCloseable {
    /** Of transformed weights: a good part of a core's share of the last cache. */
    private static final long WEIGHTS_BYTES = 2_400_000;
    /** Of transformed inputs and outputs where all weights stay: a core's own cache. */
    private static final long TILES_BYTES = 1_200_000;
    /** Where weights do not stay, so many tiles are worth transforming them for. */
    private static final int FEWEST_TILES = 128;

    private final Shape from;
    private final Weights weights;
    private final Image outputs;
    private final FramedImage framed;
    private final int channels;
    /** Of the outputs' channels, computed at a time. */
    private final int block;

    private final int blocks;
    /** Rows of tiles at a time. */
    private final int rows;

    private final Calls toPlanes;
    private final PointProducts products;
    private final int inputPointBytes;
    private final int outputPointBytes;
    private final int weightsPointBytes;
    private final int inputsAt;
    private final int weightsAt;
    private final int outputsAt;
    private final int laneBytes;
    private final int lanes;

    /**
     * Kernels in the flat vector.
     *
     * @param inputElements from an input's kernel to the next one's
     * @param bias null for none
     */
    record Weights(long address, int inputElements, int outputElements, boolean turned, ByteBuffer bias) {}

    WinogradProduct(Machine plan, Shape from, Shape to, int top, int left, Weights weights) {
        this.from = from;
        this.weights = weights;
        lanes = plan.lanes();
        outputs = new Image(to.height(), to.width(), to.channels());
        framed = new FramedImage(from, top, left, outputs, 2);
        channels = to.channels();
        block = Blocks.largest(channels, WEIGHTS_BYTES / ((long) POINTS * from.channels() * Float.BYTES));
        blocks = channels / block;
        rows = Math.min(plan.share() * outputs.tileRows(), rows());
        int tiles = rows * outputs.tileColumns();
        inputPointBytes = Blocks.spread(tiles * from.channels() * Float.BYTES);
        weightsPointBytes = Blocks.spread(from.channels() * block * Float.BYTES);
        outputPointBytes = Blocks.spread(tiles * block * Float.BYTES);
        inputsAt = KERNEL * KERNEL * planeBytes();
        weightsAt = inputsAt + POINTS * inputPointBytes;
        outputsAt = weightsAt + POINTS * weightsPointBytes;
        laneBytes = outputsAt + POINTS * outputPointBytes;
        products = new PointProducts(plan, rows, this::sizes);
        dnnl_memory_desc_t flat = flatKernels();
        dnnl_memory_desc_t planes = kernelPlanes();
        toPlanes = new Calls(
                plan.lanes(),
                1,
                one -> Reorder.primitive(flat, planes, false),
                (primitive, one) -> Reorder.call(primitive, flat, planes));
    }

    private int planeBytes() {
        return from.channels() * block * Float.BYTES;
    }

    private dnnl_memory_desc_t flatKernels() {
        long[] strides = {weights.inputElements, weights.outputElements, KERNEL, 1};
        return OneDnn.strided(new long[] {from.channels(), block, KERNEL, KERNEL}, strides);
    }

    /** (3, 3, inputs, outputs). */
    private dnnl_memory_desc_t kernelPlanes() {
        long plane = (long) from.channels() * block;
        long[] strides = {block, 1, KERNEL * plane, plane};
        return OneDnn.strided(new long[] {from.channels(), block, KERNEL, KERNEL}, strides);
    }

    private int rows() {
        if (blocks > 1) {
            return (FEWEST_TILES + outputs.tileColumns() - 1) / outputs.tileColumns();
        }
        long rowBytes = (long) POINTS * outputs.tileColumns() * (from.channels() + block) * Float.BYTES;
        return (int) Math.max(1, TILES_BYTES / rowBytes);
    }

    private Sizes sizes(int count) {
        int tiles = count * outputs.tileColumns();
        return new Sizes(
                Matrices.rowByRow(inputPointBytes / Float.BYTES, tiles, from.channels()),
                Matrices.rowByRow(weightsPointBytes / Float.BYTES, from.channels(), block),
                Matrices.rowByRow(outputPointBytes / Float.BYTES, tiles, block));
    }

    /** Of the products that the convolution has by definition, those that are done here. */
    double productShare(int definedPixels) {
        double done = (double) POINTS * outputs.tileRows() * outputs.tileColumns();
        return done / (KERNEL * KERNEL * definedPixels);
    }

    void addTo(Program program, String name, Tensor x, Tensor y) {
        Tensor scratch = program.fixed(name + ".tiles", (long) lanes * laneBytes);
        int fewest = (rows + outputs.tileRows() - 1) / outputs.tileRows();
        ExampleTask task = new ExampleTask() {
            @Override
            public void prepare(int examples) {
                products.prepare(Math.min(rows, examples * outputs.tileRows()));
            }

            @Override
            public void run(Lane lane, int first, int end) {
                multiply(lane, first, end, x, y, scratch);
            }
        };
        program.chunkedBy(fewest, name, task, x, y);
        program.scratch(scratch);
    }

    private void multiply(Lane lane, int first, int end, Tensor x, Tensor y, Tensor scratch) {
        int base = lane.index() * laneBytes;
        long at = scratch.address() + base;
        int endRow = end * outputs.tileRows();
        for (int row = first * outputs.tileRows(); row < endRow; row += rows) {
            int count = Math.min(rows, endRow - row);
            // a lane's first examples come first in a pass, and until its last ones nobody else has the scratch
            boolean stale = blocks > 1 || row == lane.from() * outputs.tileRows();
            transformInputs(lane, x, row, count, scratch.buffer(), base + inputsAt);
            for (int i = 0; i < blocks; i++) {
                if (stale) {
                    transformWeights(lane, i, scratch, base);
                }
                products.run(lane, count, at + inputsAt, at + weightsAt, at + outputsAt);
                transformOutputs(lane, i, scratch.buffer(), base + outputsAt, y, row, count);
            }
        }
    }

    /** @param row of tiles, counted over all examples */
    private void transformInputs(Lane lane, Tensor x, int row, int count, ByteBuffer scratch, int to) {
        int ofExample = outputs.tileRows();
        int columns = outputs.tileColumns();
        int rowBytes = columns * from.channels() * Float.BYTES;
        float[] image = lane.image(framed.elements(Math.min(rows, ofExample)));
        int taken;
        for (int done = 0; done < count; done += taken) {
            int tileRow = (row + done) % ofExample;
            taken = Math.min(count - done, ofExample - tileRow);
            framed.copy(x.floats(), x.elementOf((row + done) / ofExample), tileRow, taken, image);
            int at = to + done * rowBytes;
            lane.winograd().input(image, framed.width(), from.channels(), taken, columns, scratch, at, inputPointBytes);
        }
    }

    private void transformWeights(Lane lane, int i, Tensor scratch, int base) {
        toPlanes.get(lane, 1)
                .set(0, weights.address + (long) i * block * weights.outputElements * Float.BYTES)
                .set(1, scratch.address() + base)
                .execute(lane);
        int kernels = from.channels() * block;
        ByteBuffer buffer = scratch.buffer();
        lane.winograd()
                .weights(
                        buffer,
                        base,
                        planeBytes(),
                        weights.turned,
                        kernels,
                        buffer,
                        base + weightsAt,
                        weightsPointBytes);
    }

    private void transformOutputs(Lane lane, int i, ByteBuffer scratch, int at, Tensor y, int row, int count) {
        int ofExample = outputs.tileRows();
        int rowBytes = outputs.tileColumns() * block * Float.BYTES;
        int offset = i * block * Float.BYTES;
        int biasAt = weights.bias == null ? -1 : offset;
        int taken;
        for (int done = 0; done < count; done += taken) {
            int tileRow = (row + done) % ofExample;
            taken = Math.min(count - done, ofExample - tileRow);
            int from = at + done * rowBytes;
            int to = y.at((row + done) / ofExample) + offset;
            lane.winograd()
                    .output(
                            scratch,
                            from,
                            outputPointBytes,
                            block,
                            weights.bias,
                            biasAt,
                            y.buffer(),
                            to,
                            outputs,
                            tileRow,
                            taken);
        }
    }

    @Override
    public void close() {
        toPlanes.close();
        products.close();
    }
}
