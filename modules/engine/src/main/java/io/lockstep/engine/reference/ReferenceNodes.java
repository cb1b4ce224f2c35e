package io.lockstep.engine.reference;

import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.operations.ActivationNoise;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Noise;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.engine.operations.Sequences.TimeStepMask;
import io.lockstep.engine.operations.Sequences.TimeStepRange;
import io.lockstep.engine.operations.Sources;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The table of the operations that the reference runs; losses are {@link ReferenceLoss}'s. */
final class ReferenceNodes {
    /** Makes the node of an operation. */
    private interface Maker<O> {
        ReferenceNode make(O operation, ReferenceSite site);
    }

    /** An operation's own class, or a kind that many are of; the first that fits counts. */
    private static final Map<Class<?>, Maker<Operation>> TABLE = new LinkedHashMap<>();

    private static <O> void put(Class<O> type, Maker<O> maker) {
        TABLE.put(type, (operation, site) -> maker.make(type.cast(operation), site));
    }

    static {
        put(Convolution.class, ReferenceNodes::convolution);
        put(TransposedConvolution.class, ReferenceNodes::transposed);
        put(Dense.class, (operation, site) -> new ReferenceDense(site));
        put(Pooling.class, ReferenceNodes::pooling);
        put(NormPooling.class, ReferenceNodes::normPooling);
        put(Upsampling.class, ReferenceNodes::upsampling);

        put(BatchNorm.class, ReferenceNodes::batchNorm);
        put(ResponseNorm.class, ReferenceNodes::responseNorm);
        put(LayerNorm.class, (operation, site) -> new ReferenceLayerNorm(site));
        put(GroupNorm.class, (operation, site) -> new ReferenceGroupNorm(site));

        put(Activation.class, (operation, site) -> activation(operation));
        put(Add.class, (operation, site) -> add());
        put(Combination.class, (operation, site) -> combination(operation.how()));
        put(Noise.class, (operation, site) -> noise(site));

        put(Concatenation.class, (operation, site) -> new ReferenceMove(site));
        put(ZeroPadding.class, (operation, site) -> new ReferenceMove(site));
        put(ChannelRange.class, (operation, site) -> new ReferenceMove(site));
        put(Reshape.class, (operation, site) -> new ReferenceMove(site));
        put(Flatten.class, (operation, site) -> new ReferenceMove(site));
        put(Rows.class, (operation, site) -> add());
        put(Pixels.class, (operation, site) -> add());

        put(Recurrent.class, (operation, site) -> new ReferenceRecurrent(site));
        put(Attention.class, (operation, site) -> new ReferenceAttention(site));
        put(Embedding.class, (operation, site) -> ReferenceSequence.table(site));
        put(Positions.class, (operation, site) -> ReferenceSequence.places(site));
        put(TimeStepMask.class, (operation, site) -> ReferenceSequence.mask(site));
        put(TakeTimeStep.class, (operation, site) -> ReferenceSequence.steps(site));
        put(TimeStepRange.class, (operation, site) -> ReferenceSequence.steps(site));
        put(ClassToken.class, (operation, site) -> ReferenceSequence.steps(site));
        put(Sources.class, (operation, site) -> new ReferenceSource(site));

        put(Output.class, (operation, site) -> add());
        put(ExampleOperation.class, ReferenceNodes::examples);
    }

    private ReferenceNodes() {}

    /** @throws UnsupportedOperationException naming the node whose operation the reference does not run */
    static ReferenceNode make(ReferenceSite site) {
        Node node = site.node();
        return TABLE.entrySet().stream()
                .filter(line -> line.getKey().isInstance(node.operation()))
                .findFirst()
                .orElseThrow(() -> new UnsupportedOperationException(
                        node.name() + ": the reference backend has no " + node.operation()))
                .getValue()
                .make(node.operation(), site);
    }

    private static ReferenceNode convolution(Convolution operation, ReferenceSite site) {
        var computes = new ReferenceConvolution(operation, site.from(), site.node(), site.examples());
        return ReferenceNode.of(
                (x, y) -> computes.forward(x[0], site.parameters(), y),
                (x, y, dy, dx) -> computes.backward(x[0], site.parameters(), dy, dx[0], site.gradients()));
    }

    private static ReferenceNode transposed(TransposedConvolution operation, ReferenceSite site) {
        var computes = new ReferenceConvolution(operation, site.from(), site.node(), site.examples());
        return ReferenceNode.of(
                (x, y) -> computes.transposed(x[0], site.parameters(), y),
                (x, y, dy, dx) -> computes.transposedBackward(x[0], site.parameters(), dy, dx[0], site.gradients()));
    }

    private static ReferenceNode pooling(Pooling operation, ReferenceSite site) {
        var computes = new ReferencePooling(operation, site.from(), site.node().shape(), site.examples());
        return ReferenceNode.of(
                (x, y) -> computes.forward(x[0], y), (x, y, dy, dx) -> computes.backward(x[0], dy, dx[0]));
    }

    private static ReferenceNode normPooling(NormPooling operation, ReferenceSite site) {
        var computes = new ReferencePooling(
                operation.window(), site.from(), site.node().shape(), site.examples());
        return ReferenceNode.of(
                (x, y) -> computes.forwardNorm(operation.p(), x[0], y),
                (x, y, dy, dx) -> computes.backwardNorm(operation.p(), x[0], y, dy, dx[0]));
    }

    private static ReferenceNode upsampling(Upsampling operation, ReferenceSite site) {
        return ReferenceNode.of(
                (x, y) -> ReferenceUpsampling.forEach(
                        operation, site.from(), site.examples(), (from, to) -> y[to] = x[0][from]),
                (x, y, dy, dx) -> ReferenceUpsampling.forEach(
                        operation, site.from(), site.examples(), (from, to) -> dx[0][from] += dy[to]));
    }

    private static ReferenceNode batchNorm(BatchNorm operation, ReferenceSite site) {
        var computes = new ReferenceBatchNorm(operation, site.node(), site.training());
        return ReferenceNode.of(
                (x, y) -> computes.forward(x[0], site.parameters(), y),
                (x, y, dy, dx) -> computes.backward(x[0], site.parameters(), dy, dx[0], site.gradients()));
    }

    private static ReferenceNode responseNorm(ResponseNorm operation, ReferenceSite site) {
        var computes = new ReferenceResponseNorm(operation, site.from().channels());
        return ReferenceNode.of(
                (x, y) -> computes.forward(x[0], y), (x, y, dy, dx) -> computes.backward(x[0], dy, dx[0]));
    }

    private static ReferenceNode activation(Activation operation) {
        return ReferenceNode.of(
                (x, y) -> Arrays.setAll(y, i -> ReferenceActivation.value(operation, x[0][i])), (x, y, dy, dx) -> {
                    for (int i = 0; i < dy.length; i++) {
                        dx[0][i] += dy[i] * ReferenceActivation.slope(operation, x[0][i]);
                    }
                });
    }

    /** Of one input it is the same elements again. */
    private static ReferenceNode add() {
        return ReferenceNode.of(
                (x, y) -> {
                    for (double[] each : x) {
                        addTo(y, each);
                    }
                },
                (x, y, dy, dx) -> {
                    for (double[] each : dx) {
                        addTo(each, dy);
                    }
                });
    }

    private static void addTo(double[] to, double[] x) {
        for (int i = 0; i < to.length; i++) {
            to[i] += x[i];
        }
    }

    private static ReferenceNode combination(Combination.How how) {
        return ReferenceNode.of(
                (x, y) -> ReferenceCombination.forward(how, x, y),
                (x, y, dy, dx) -> ReferenceCombination.backward(how, x, dy, dx));
    }

    private static ReferenceNode noise(ReferenceSite site) {
        ActivationNoise noise = new ActivationNoise(site.node());
        long seed = site.seed();
        long first = site.firstExample() * site.node().shape().elements();
        return ReferenceNode.of(
                (x, y) -> Arrays.setAll(
                        y,
                        i -> site.training()
                                ? x[0][i] * noise.factor(seed, first + i) + noise.offset(seed, first + i)
                                : x[0][i]),
                (x, y, dy, dx) -> {
                    for (int i = 0; i < dy.length; i++) {
                        dx[0][i] += dy[i] * noise.factor(seed, first + i);
                    }
                });
    }

    private static ReferenceNode examples(ExampleOperation operation, ReferenceSite site) {
        var computes =
                new ReferenceExamples(operation, site.shapes(), site.node().shape(), site.examples());
        return ReferenceNode.of(computes::forward, computes::backward);
    }
}
