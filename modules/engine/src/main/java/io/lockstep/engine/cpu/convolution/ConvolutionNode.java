package io.lockstep.engine.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Precision;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Call;
import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.PackedWeights;
import io.lockstep.engine.cpu.onednn.Pieces;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Products.WeightOrder;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/**
 * A convolution, or a dense layer of each time step of a sequence: activations NHWC, weights as oneDNN likes them, packed from
 * the flat vector at the start of a pass and unpacked into the flat gradient at the end.
 *
 * <p>Where it {@link #rounds}, its two factors (of forward: input and weights; of backward: input, weights and the
 * output's gradient) are bfloat16, and what comes out of a product is float32.
 */
final class ConvolutionNode implements ConvolutionTasks {
    /** With fewer, as a picture's three, oneDNN has nothing fast in bfloat16. */
    private static final int FEWEST_CHANNELS_TO_ROUND = 16;

    private final Convolution operation;
    private final Shape from;
    private final Machine plan;
    private final long biasAddress;
    private final long weightsAddress;
    private final long biasGradientAddress;
    private final long weightsGradientAddress;
    private final boolean rounds;
    private final ConvolutionPrimitives primitives;
    private final Calls forward;
    private final Calls backwardData;
    private final Calls backwardWeights;
    private PackedWeights forwardWeights;
    private PackedWeights backwardDataWeights;
    private UnpackedGradient gradient;
    private dnnl_memory_desc_t gradientDescription;

    /** By Winograd's tiles where they are faster. */
    static CpuNode fastest(Site site) {
        Machine machine = site.machine();
        return WinogradNode.suits(machine, site.node(), site.from())
                ? new WinogradNode(machine, site.node(), site.from())
                : new ConvolutionNode(machine, site.node(), site.from());
    }

    private ConvolutionNode(Machine plan, Node node, Shape from) {
        this(plan, (Convolution) node.operation(), from, node.shape(), Place.biasFirst(plan, node));
    }

    /** A dense layer of each time step: a convolution of one pixel, but with the bias behind the weights. */
    static ConvolutionNode ofSteps(Machine plan, Node node, Shape from) {
        Dense dense = (Dense) node.operation();
        Convolution operation = new Convolution(dense.outputs(), Window.square(1, 1, 0), 1, dense.bias());
        long bias = (long) from.channels() * dense.outputs() * Float.BYTES;
        return new ConvolutionNode(plan, operation, from, node.shape(), new Place(plan, node, bias, 0));
    }

    /**
     * What a node's parameters and gradients lie at.
     *
     * @param biasOffset bytes from the node's first parameter
     */
    private record Place(Machine plan, Node node, long biasOffset, long weightsOffset) {
        static Place biasFirst(Machine plan, Node node) {
            boolean bias = node.operation() instanceof Convolution convolution
                    ? convolution.bias()
                    : ((TransposedConvolution) node.operation()).bias();
            return new Place(plan, node, 0, bias ? (long) node.shape().channels() * Float.BYTES : 0);
        }

        long parameters() {
            return plan.weightsAddress(node);
        }

        long gradients() {
            return plan.gradientAddress(node.parametersAt());
        }
    }

    /** The convolution whose backward a transposed one does forward: without bias, from its output to its input. */
    static ConvolutionNode transposeOf(Machine plan, Node node, Shape from) {
        TransposedConvolution transposed = (TransposedConvolution) node.operation();
        Convolution operation = new Convolution(from.channels(), transposed.window(), 1, false);
        return new ConvolutionNode(plan, operation, node.shape(), from, Place.biasFirst(plan, node));
    }

    private ConvolutionNode(Machine plan, Convolution operation, Shape from, Shape to, Place place) {
        this.plan = plan;
        this.operation = operation;
        this.from = from;
        biasAddress = place.parameters() + place.biasOffset();
        biasGradientAddress = place.gradients() + place.biasOffset();
        weightsAddress = place.parameters() + place.weightsOffset();
        weightsGradientAddress = place.gradients() + place.weightsOffset();
        rounds = plan.precision() == Precision.BFLOAT16
                && operation.groups() == 1
                && Math.min(from.channels(), operation.outputs()) >= FEWEST_CHANNELS_TO_ROUND;
        primitives = new ConvolutionPrimitives(operation, from, to, rounds);
        if (rounds) {
            plan.noteRounding();
        }
        forward = new Calls(
                plan.lanes(),
                plan.capacity(),
                examples -> primitives.forward(examples, description(forwardWeights)),
                (primitive, examples) -> primitives.bindForward(primitive, examples, description(forwardWeights)));
        backwardData = new Calls(
                plan.lanes(),
                plan.capacity(),
                examples -> primitives.backwardData(examples, description(backwardDataWeights)),
                (primitive, examples) ->
                        primitives.bindBackwardData(primitive, examples, description(backwardDataWeights)));
        backwardWeights = new Calls(
                plan.lanes(),
                plan.capacity(),
                examples -> primitives.backwardWeights(examples, gradientDescription),
                (primitive, examples) -> primitives.bindBackwardWeights(primitive, examples, gradientDescription));
    }

    /** Null before they are packed: oneDNN chooses then. */
    private static dnnl_memory_desc_t description(PackedWeights weights) {
        return weights == null ? null : weights.description();
    }

    @Override
    public boolean rounds() {
        return rounds;
    }

    // ------------------------------------------------------------------ tasks

    @Override
    public void forward(Program program, String name, Tensor x, Tensor y) {
        program.chunked(name, forwardTask(x, y), x, y);
    }

    @Override
    public void backwardData(Program program, String name, Tensor dy, Tensor dx) {
        program.chunked(name, backwardDataTask(dy, dx), dy, dx);
    }

    @Override
    public Tensor backwardWeights(Program program, String name, Tensor x, Tensor dy) {
        Tensor partials = partialGradients(program, name);
        program.shared(name, backwardWeightsTask(x, dy, partials), x, dy, partials);
        return partials;
    }

    ExampleTask forwardTask(Tensor x, Tensor y) {
        return new ExampleTask() {
            @Override
            public void prepare(int examples) {
                if (forwardWeights == null) {
                    forwardWeights = pack(forward.primitive(examples).query(dnnl_query_weights_md));
                }
            }

            @Override
            public void run(Lane lane, int first, int end) {
                Call call = forward.get(lane, end - first)
                        .set(0, x.addressOf(first))
                        .set(1, forwardWeights.address())
                        .set(2, y.addressOf(first));
                if (operation.bias()) {
                    call.set(3, biasAddress);
                }
                call.execute(lane);
            }
        };
    }

    ExampleTask backwardDataTask(Tensor dy, Tensor dx) {
        return new ExampleTask() {
            @Override
            public void prepare(int examples) {
                if (backwardDataWeights == null) {
                    backwardDataWeights = pack(backwardData.primitive(examples).query(dnnl_query_weights_md));
                }
            }

            @Override
            public void run(Lane lane, int first, int end) {
                backwardData
                        .get(lane, end - first)
                        .set(0, dx.addressOf(first))
                        .set(1, backwardDataWeights.address())
                        .set(2, dy.addressOf(first))
                        .execute(lane);
            }
        };
    }

    /** Each lane's sum over its examples, as oneDNN lays it out; the bias's gradient behind the weights'. */
    private Tensor partialGradients(Program program, String name) {
        int share = plan.share();
        gradientDescription = backwardWeights.primitive(share).query(dnnl_query_diff_weights_md);
        return program.fixed(name + ".partial", plan.lanes() * partialBytes());
    }

    private long weightsBytes() {
        return (OneDnn.bytes(gradientDescription) + 63) / 64 * 64;
    }

    private long partialBytes() {
        long bias = operation.bias() ? (operation.outputs() * (long) Float.BYTES + 63) / 64 * 64 : 0;
        return weightsBytes() + bias;
    }

    private ExampleTask backwardWeightsTask(Tensor x, Tensor dy, Tensor partials) {
        return (lane, first, end) -> {
            long partial = partials.address() + lane.index() * partialBytes();
            Call call = backwardWeights
                    .get(lane, end - first)
                    .set(0, x.addressOf(first))
                    .set(1, partial)
                    .set(2, dy.addressOf(first));
            if (operation.bias()) {
                call.set(3, partial + weightsBytes());
            }
            call.execute(lane);
        };
    }

    @Override
    public Joint gradientJoint(Tensor partials) {
        gradient = new UnpackedGradient(plan, pieces(gradientDescription));
        BiasGradient bias =
                new BiasGradient(plan, operation.outputs(), biasGradientAddress, partialBytes(), weightsBytes());
        return (lane, lanes, examples) -> {
            gradient.unpack(lane, lanes, examples, partials.address(), partialBytes(), weightsGradientAddress);
            if (operation.bias() && lane.index() == 0) {
                bias.sum(partials, lanes, examples);
            }
        };
    }

    private List<Pieces.Piece> pieces(dnnl_memory_desc_t packed) {
        long[] dimensions = primitives.dimensions();
        return operation.order() == WeightOrder.OUTPUTS_FIRST
                ? Pieces.of(packed, dimensions)
                : Pieces.of(packed, dimensions, OneDnn.strided(dimensions, stridesOfOutputsLast()));
    }

    /** Of (outputs, inputs, height, width), with groups in front if there are any, in (height, width, inputs, outputs). */
    private long[] stridesOfOutputsLast() {
        Window window = operation.window();
        long outputs = operation.outputs();
        long pixel = from.channels() / operation.groups() * outputs;
        return operation.groups() == 1
                ? new long[] {1, outputs, window.width() * pixel, pixel}
                : new long[] {outputs / operation.groups(), 1, outputs, window.width() * pixel, pixel};
    }

    private PackedWeights pack(dnnl_memory_desc_t description) {
        PackedWeights packed = new PackedWeights(plan.memory(), description, pieces(description), weightsAddress);
        plan.packs().add(packed);
        return packed;
    }

    @Override
    public void close() {
        forward.close();
        backwardData.close();
        backwardWeights.close();
        if (gradient != null) {
            gradient.close();
        }
    }
}
