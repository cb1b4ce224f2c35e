package io.lockstep.engine.cpu;

import static io.lockstep.kernels.WinogradPasses.KERNEL;
import static io.lockstep.kernels.WinogradPasses.POINTS;

import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.PointProducts.Matrices;
import io.lockstep.engine.cpu.PointProducts.Sizes;
import io.lockstep.kernels.WinogradPasses.Image;
import java.nio.ByteBuffer;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/**
 * A convolution by Winograd's tiles, forward or of the output's gradient. Tiles of a few examples are transformed at a time;
 * of the outputs' channels so many are computed at a time that their transformed weights stay in the cache. What four times
 * the weights would take never goes to memory.
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
    private final int examples;
    private final Calls toPlanes;
    private final PointProducts products;
    private final int inputPointBytes;
    private final int outputPointBytes;
    private final int weightsPointBytes;
    private final int inputsAt;
    private final int weightsAt;
    private final int outputsAt;
    private final int laneBytes;

    /**
     * Kernels in the flat vector.
     *
     * @param inputElements from an input's kernel to the next one's
     * @param bias null for none
     */
    record Weights(long address, int inputElements, int outputElements, boolean turned, ByteBuffer bias) {}

    WinogradProduct(CpuPlan plan, Shape from, Shape to, int top, int left, Weights weights) {
        this.from = from;
        this.weights = weights;
        outputs = new Image(to.height(), to.width(), to.channels());
        framed = new FramedImage(from, top, left, outputs, 2);
        channels = to.channels();
        block = Blocks.largest(channels, WEIGHTS_BYTES / ((long) POINTS * from.channels() * Float.BYTES));
        blocks = channels / block;
        examples = Math.min(plan.share(), examples());
        int tiles = examples * outputs.tiles();
        inputPointBytes = Blocks.spread(tiles * from.channels() * Float.BYTES);
        weightsPointBytes = Blocks.spread(from.channels() * block * Float.BYTES);
        outputPointBytes = Blocks.spread(tiles * block * Float.BYTES);
        inputsAt = KERNEL * KERNEL * planeBytes();
        weightsAt = inputsAt + POINTS * inputPointBytes;
        outputsAt = weightsAt + POINTS * weightsPointBytes;
        laneBytes = outputsAt + POINTS * outputPointBytes;
        products = new PointProducts(plan, this::sizes);
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

    private int examples() {
        int tiles = outputs.tiles();
        if (blocks > 1) {
            return (FEWEST_TILES + tiles - 1) / tiles;
        }
        long exampleBytes = (long) POINTS * tiles * (from.channels() + block) * Float.BYTES;
        return (int) Math.max(1, TILES_BYTES / exampleBytes);
    }

    private Sizes sizes(int count) {
        int tiles = count * outputs.tiles();
        return new Sizes(
                Matrices.rowByRow(inputPointBytes / Float.BYTES, tiles, from.channels()),
                Matrices.rowByRow(weightsPointBytes / Float.BYTES, from.channels(), block),
                Matrices.rowByRow(outputPointBytes / Float.BYTES, tiles, block));
    }

    void addTo(Program program, String name, Tensor x, Tensor y, int lanes) {
        Tensor scratch = program.fixed(name + ".tiles", (long) lanes * laneBytes);
        program.chunkedBy(examples, name, (lane, first, end) -> run(lane, first, end, x, y, scratch), x, y, scratch);
    }

    private void run(Lane lane, int first, int end, Tensor x, Tensor y, Tensor scratch) {
        int base = lane.index * laneBytes;
        for (int start = first; start < end; start += examples) {
            int count = Math.min(examples, end - start);
            transformInputs(lane, x, start, count, scratch.buffer, base + inputsAt);
            for (int i = 0; i < blocks; i++) {
                if (blocks > 1 || start == lane.from) {
                    transformWeights(lane, i, scratch, base);
                }
                long at = scratch.address + base;
                products.run(lane, count, at + inputsAt, at + weightsAt, at + outputsAt);
                transformOutputs(lane, i, scratch.buffer, base + outputsAt, y, start, count);
            }
        }
    }

    private void transformInputs(Lane lane, Tensor x, int start, int count, ByteBuffer scratch, int to) {
        int channelsIn = from.channels();
        int tilesBytes = outputs.tiles() * channelsIn * Float.BYTES;
        float[] image = lane.image(framed.elements());
        for (int i = 0; i < count; i++) {
            framed.copy(x.floats, x.elementOf(start + i), image);
            int at = to + i * tilesBytes;
            lane.winograd().input(image, framed.width(), channelsIn, outputs, scratch, at, inputPointBytes);
        }
    }

    private void transformWeights(Lane lane, int i, Tensor scratch, int base) {
        toPlanes.get(lane, 1)
                .set(0, weights.address + (long) i * block * weights.outputElements * Float.BYTES)
                .set(1, scratch.address + base)
                .execute(lane);
        int kernels = from.channels() * block;
        ByteBuffer buffer = scratch.buffer;
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

    private void transformOutputs(
            Lane lane, int i, ByteBuffer scratch, int outputsOfBlock, Tensor y, int start, int count) {
        int offset = i * block * Float.BYTES;
        int biasAt = weights.bias == null ? -1 : offset;
        for (int k = 0; k < count; k++) {
            int at = outputsOfBlock + k * outputs.tiles() * block * Float.BYTES;
            int to = y.at(start + k) + offset;
            lane.winograd().output(scratch, at, outputPointBytes, block, weights.bias, biasAt, y.buffer, to, outputs);
        }
    }

    @Override
    public void close() {
        toPlanes.close();
        products.close();
    }
}
