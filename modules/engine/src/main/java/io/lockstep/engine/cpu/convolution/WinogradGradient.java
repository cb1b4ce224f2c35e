package io.lockstep.engine.cpu.convolution;

import static io.lockstep.kernels.WinogradPasses.KERNEL;
import static io.lockstep.kernels.WinogradPasses.POINTS;

import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.convolution.PointProducts.Matrices;
import io.lockstep.engine.cpu.convolution.PointProducts.Sizes;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.kernels.RowPasses;
import io.lockstep.kernels.WinogradPasses.Image;
import java.nio.ByteBuffer;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.javacpp.Pointer;

/**
 * The gradient of a convolution's weights by Winograd's tiles: each lane adds up what some rows of tiles give, (3, 3,
 * outputs, inputs), and the bias's gradient behind it.
 */
final class WinogradGradient implements AutoCloseable {
    /** Of the gradient of transformed weights: about a core's own cache. */
    private static final long WEIGHTS_BYTES = 1_200_000;

    private static final int FEWEST_TILES = 64;

    private final Shape from;
    private final Shape to;
    private final boolean bias;
    private final Image outputs;
    private final FramedImage framedInput;
    private final FramedImage framedOutput;
    private final int block;
    /** Rows of tiles at a time. */
    private final int rows;

    private final PointProducts products;
    private final int inputPointBytes;
    private final int outputPointBytes;
    private final int weightsPointBytes;
    private final int outputsAt;
    private final int weightsAt;
    private final int laneBytes;
    private final int lanes;

    WinogradGradient(Machine plan, Shape from, Shape to, int top, int left, boolean bias) {
        this.from = from;
        this.to = to;
        this.bias = bias;
        lanes = plan.lanes();
        outputs = new Image(to.height(), to.width(), to.channels());
        framedInput = new FramedImage(from, top, left, outputs, 2);
        framedOutput = new FramedImage(to, 0, 0, outputs, 0);
        block = Blocks.largest(to.channels(), WEIGHTS_BYTES / ((long) POINTS * from.channels() * Float.BYTES));
        int columns = outputs.tileColumns();
        rows = Math.min(plan.share() * outputs.tileRows(), (FEWEST_TILES + columns - 1) / columns);
        int tiles = rows * columns;
        inputPointBytes = Blocks.spread(tiles * from.channels() * Float.BYTES);
        outputPointBytes = Blocks.spread(tiles * to.channels() * Float.BYTES);
        weightsPointBytes = Blocks.spread(block * from.channels() * Float.BYTES);
        outputsAt = POINTS * inputPointBytes;
        weightsAt = outputsAt + POINTS * outputPointBytes;
        laneBytes = weightsAt + POINTS * weightsPointBytes;
        products = new PointProducts(plan, rows, this::sizes);
    }

    private Sizes sizes(int count) {
        int tiles = count * outputs.tileColumns();
        return new Sizes(
                Matrices.transposed(outputPointBytes / Float.BYTES, block, tiles, to.channels()),
                Matrices.rowByRow(inputPointBytes / Float.BYTES, tiles, from.channels()),
                Matrices.rowByRow(weightsPointBytes / Float.BYTES, block, from.channels()));
    }

    private int elementBytes() {
        return to.channels() * from.channels() * Float.BYTES;
    }

    /** Of the sums of a lane, where its bias's gradient is. */
    int biasAt() {
        return KERNEL * KERNEL * elementBytes();
    }

    int partialBytes() {
        return biasAt() + (bias ? to.channels() * Float.BYTES : 0);
    }

    /** How the weights' gradient of a lane lies. */
    dnnl_memory_desc_t description() {
        long pairs = (long) to.channels() * from.channels();
        return OneDnn.strided(
                new long[] {to.channels(), from.channels(), KERNEL, KERNEL},
                new long[] {from.channels(), 1, KERNEL * pairs, pairs});
    }

    Tensor addTo(Program program, String name, Tensor x, Tensor dy) {
        Tensor partials = program.fixed(name + ".partial", (long) lanes * partialBytes());
        Tensor scratch = program.fixed(name + ".tiles", (long) lanes * laneBytes);
        ExampleTask task = new ExampleTask() {
            @Override
            public void prepare(int examples) {
                products.prepare(Math.min(rows, examples * outputs.tileRows()));
            }

            @Override
            public void run(Lane lane, int first, int end) {
                sum(lane, first, end, x, dy, scratch, partials);
            }
        };
        program.shared(name, task, x, dy, partials);
        program.scratch(scratch);
        return partials;
    }

    private void sum(Lane lane, int first, int end, Tensor x, Tensor dy, Tensor scratch, Tensor partials) {
        int partial = lane.index() * partialBytes();
        Pointer.memset(lane.at(partials.address() + partial), 0, partialBytes());
        int base = lane.index() * laneBytes;
        int endRow = end * outputs.tileRows();
        for (int row = first * outputs.tileRows(); row < endRow; row += rows) {
            int count = Math.min(rows, endRow - row);
            transform(lane, scratch.buffer(), base, x, dy, row, count);
            for (int o = 0; o < to.channels(); o += block) {
                long at = scratch.address() + base;
                products.run(lane, count, at + outputsAt + o * Float.BYTES, at, at + weightsAt);
                int sums = partial + o * from.channels() * Float.BYTES;
                lane.winograd()
                        .weightsGradient(
                                scratch.buffer(),
                                base + weightsAt,
                                weightsPointBytes,
                                block * from.channels(),
                                partials.buffer(),
                                sums,
                                elementBytes());
            }
        }
        if (bias) {
            addRows(dy, first, end, partials.buffer(), partial + biasAt());
        }
    }

    /** @param row of tiles, counted over all examples */
    private void transform(Lane lane, ByteBuffer scratch, int base, Tensor x, Tensor dy, int row, int count) {
        int ofExample = outputs.tileRows();
        int columns = outputs.tileColumns();
        int most = Math.min(rows, ofExample);
        float[] image = lane.image(Math.max(framedInput.elements(most), framedOutput.elements(most)));
        int taken;
        for (int done = 0; done < count; done += taken) {
            int example = (row + done) / ofExample;
            int tileRow = (row + done) % ofExample;
            taken = Math.min(count - done, ofExample - tileRow);
            framedInput.copy(x.floats(), x.elementOf(example), tileRow, taken, image);
            int in = base + done * columns * from.channels() * Float.BYTES;
            lane.winograd()
                    .input(image, framedInput.width(), from.channels(), taken, columns, scratch, in, inputPointBytes);
            framedOutput.copy(dy.floats(), dy.elementOf(example), tileRow, taken, image);
            int out = base + outputsAt + done * columns * to.channels() * Float.BYTES;
            lane.winograd()
                    .outputGradient(
                            image, framedOutput.width(), to.channels(), taken, columns, scratch, out, outputPointBytes);
        }
    }

    private void addRows(Tensor dy, int first, int end, ByteBuffer sums, int at) {
        for (int pixel = first * to.pixels(); pixel < end * to.pixels(); pixel++) {
            RowPasses.get().add(dy.buffer(), pixel * to.channels() * Float.BYTES, sums, at, to.channels());
        }
    }

    @Override
    public void close() {
        products.close();
    }
}
