package io.lockstep.engine.cpu.convolution;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Precision;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.NativeMemory;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.WeightOrder;
import io.lockstep.kernels.VectorModule;
import io.lockstep.kernels.WinogradPasses;
import io.lockstep.kernels.WinogradPasses.Image;

/**
 * A convolution of 3x3 pixels by Winograd's tiles of 4x4 outputs: a quarter of the products, more where tiles reach over an
 * edge. In float32, whatever the plan's precision. See {@link WinogradPasses} for its rounding.
 */
final class WinogradNode implements ConvolutionTasks {
    /** Of the pixels that tiles compute, at least this share has to be the image's. */
    private static final double SMALLEST_SHARE = 0.5;

    /** With fewer channels the transforms take longer than the products that they save. */
    private static final int FEWEST_CHANNELS = 32;
    /** Beside products of bfloat16, which are twice as fast; tiles' stay float32, whose rounding they multiply by six. */
    private static final int FEWEST_CHANNELS_BESIDE_BFLOAT16 = 64;

    /** Of a lane: with fewer, transforming all weights takes longer than what it saves. */
    private static final int FEWEST_TILES = 8;

    private final Machine plan;
    private final Convolution operation;
    private final Shape from;
    private final Shape to;
    private final WinogradProduct forward;
    private final WinogradProduct backward;
    private final WinogradGradient weightsGradient;
    private final long weightsGradientAddress;
    private final long biasGradientAddress;
    private UnpackedGradient gradient;

    /** Whether a convolution is one that tiles are fit for, and faster. */
    static boolean suits(Machine plan, Node node, Shape from) {
        if (!(node.operation() instanceof Convolution convolution) || !VectorModule.isUsed()) {
            return false;
        }
        Window window = convolution.window();
        Shape to = node.shape();
        boolean plain = window.height() == WinogradPasses.KERNEL
                && window.width() == WinogradPasses.KERNEL
                && window.strideHeight() == 1
                && window.strideWidth() == 1
                && window.dilationHeight() == 1
                && window.dilationWidth() == 1
                && window.padTop() < WinogradPasses.KERNEL
                && window.padLeft() < WinogradPasses.KERNEL
                && convolution.order() == WeightOrder.OUTPUTS_FIRST
                && convolution.groups() == 1;
        boolean wholeVectors =
                from.channels() % WinogradPasses.CHANNELS == 0 && to.channels() % WinogradPasses.CHANNELS == 0;
        int fewest = plan.precision() == Precision.FLOAT32 ? FEWEST_CHANNELS : FEWEST_CHANNELS_BESIDE_BFLOAT16;
        boolean enough = Math.min(from.channels(), to.channels()) >= fewest;
        int tiles = tiles(to);
        double filled = (double) to.pixels() / (tiles * WinogradPasses.TILE * WinogradPasses.TILE);
        return plain && wholeVectors && enough && filled >= SMALLEST_SHARE && plan.share() * tiles >= FEWEST_TILES;
    }

    private static int tiles(Shape to) {
        Image image = new Image(to.height(), to.width(), to.channels());
        return image.tileRows() * image.tileColumns();
    }

    WinogradNode(Machine plan, Node node, Shape from) {
        this.plan = plan;
        this.from = from;
        operation = (Convolution) node.operation();
        to = node.shape();
        Window window = operation.window();
        int kernel = WinogradPasses.KERNEL * WinogradPasses.KERNEL;
        long biasBytes = operation.bias() ? (long) to.channels() * Float.BYTES : 0;
        long address = plan.weightsAddress(node);
        long kernels = address + biasBytes;
        var bias = operation.bias() ? NativeMemory.view(address, biasBytes) : null;
        int outputElements = from.channels() * kernel;
        forward = new WinogradProduct(
                plan,
                from,
                to,
                window.padTop(),
                window.padLeft(),
                new WinogradProduct.Weights(kernels, kernel, outputElements, false, bias));
        backward = new WinogradProduct(
                plan,
                to,
                from,
                WinogradPasses.KERNEL - 1 - window.padTop(),
                WinogradPasses.KERNEL - 1 - window.padLeft(),
                new WinogradProduct.Weights(kernels, outputElements, kernel, true, null));
        weightsGradient = new WinogradGradient(plan, from, to, window.padTop(), window.padLeft(), operation.bias());
        biasGradientAddress = plan.gradientAddress(node.parametersAt());
        weightsGradientAddress = biasGradientAddress + biasBytes;
    }

    @Override
    public double productShare(boolean ofInput) {
        return (ofInput ? backward : forward).productShare(to.pixels());
    }

    @Override
    public void forward(Program program, String name, Tensor x, Tensor y) {
        forward.addTo(program, name, x, y);
    }

    @Override
    public void backwardData(Program program, String name, Tensor dy, Tensor dx) {
        backward.addTo(program, name, dy, dx);
    }

    @Override
    public Tensor backwardWeights(Program program, String name, Tensor x, Tensor dy) {
        return weightsGradient.addTo(program, name, x, dy);
    }

    @Override
    public Joint gradientJoint(Tensor partials) {
        long[] dimensions = {operation.outputs(), from.channels(), WinogradPasses.KERNEL, WinogradPasses.KERNEL};
        gradient = new UnpackedGradient(plan, weightsGradient.description(), dimensions);
        BiasGradient bias = operation.bias()
                ? new BiasGradient(
                        plan,
                        operation.outputs(),
                        biasGradientAddress,
                        weightsGradient.partialBytes(),
                        weightsGradient.biasAt())
                : null;
        return (lane, lanes, examples) -> {
            gradient.unpack(
                    lane, lanes, examples, partials.address(), weightsGradient.partialBytes(), weightsGradientAddress);
            if (bias != null && lane.index() == 0) {
                bias.sum(partials, lanes, examples);
            }
        };
    }

    @Override
    public void close() {
        forward.close();
        backward.close();
        weightsGradient.close();
        if (gradient != null) {
            gradient.close();
        }
    }
}
