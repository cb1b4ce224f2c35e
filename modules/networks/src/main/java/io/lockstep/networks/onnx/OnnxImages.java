package io.lockstep.networks.onnx;

import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Products.WeightOrder;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import io.lockstep.engine.operations.Resampling.Upsampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.AttributeProto;

/** Convolutions, pooling and norms. */
final class OnnxImages {
    private OnnxImages() {}

    static void addTo(OnnxRules rules) {
        rules.add(Convolution.class, OnnxImages::convolution);
        rules.add(TransposedConvolution.class, OnnxImages::transposed);
        rules.add(BatchNorm.class, OnnxImages::batchNorm);
        rules.add(LayerNorm.class, OnnxImages::layerNorm);
        rules.add(GroupNorm.class, OnnxImages::groupNorm);
        rules.add(
                ResponseNorm.class,
                (norm, node) -> node.first(node.add(
                        "LRN",
                        node.input().channelsFirst(),
                        OnnxBuilder.integer("size", norm.size()),
                        OnnxBuilder.number("alpha", norm.alpha() * norm.size()), // ONNX divides it by the size
                        OnnxBuilder.number("beta", norm.beta()),
                        OnnxBuilder.number("bias", norm.k()))));
        rules.add(Pooling.class, OnnxImages::pooling);
        rules.add(NormPooling.class, OnnxImages::normPooling);
        rules.add(Upsampling.class, OnnxImages::upsampling);
    }

    private static OnnxValue convolution(Convolution convolution, OnnxNode node) {
        int inputs = node.inputShape().channels() / convolution.groups();
        int height = convolution.window().height();
        int width = convolution.window().width();
        int biases = convolution.bias() ? convolution.outputs() : 0;
        float[] weights = node.parameters(biases, node.parameters().length - biases);
        if (convolution.order() == WeightOrder.OUTPUTS_LAST) {
            weights = outputsFirst(weights, convolution.outputs(), inputs, height * width);
        }
        List<String> from = new ArrayList<>(List.of(node.input().channelsFirst()));
        from.add(node.constant("weight", weights, convolution.outputs(), inputs, height, width));
        if (convolution.bias()) {
            from.add(node.constant("bias", node.parameters(0, biases), biases));
        }
        List<AttributeProto> attributes = new ArrayList<>(windowOf(convolution.window()));
        attributes.add(OnnxBuilder.integerList(
                "dilations",
                convolution.window().dilationHeight(),
                convolution.window().dilationWidth()));
        attributes.add(OnnxBuilder.integer("group", convolution.groups()));
        return node.first(node.add("Conv", from, attributes.toArray(AttributeProto[]::new)));
    }

    /** From (kernel, inputs, outputs). */
    private static float[] outputsFirst(float[] weights, int outputs, int inputs, int kernel) {
        float[] turned = new float[weights.length];
        for (int at = 0; at < weights.length; at++) {
            int output = at % outputs;
            int input = at / outputs % inputs;
            turned[(output * inputs + input) * kernel + at / outputs / inputs] = weights[at];
        }
        return turned;
    }

    private static OnnxValue transposed(TransposedConvolution convolution, OnnxNode node) {
        Window window = convolution.window();
        if (convolution.rowsAfter() > 0 && window.padBottom() > 0
                || convolution.columnsAfter() > 0 && window.padRight() > 0) {
            throw new UnsupportedOperationException(
                    "a transposed convolution that is cut and filled up is not written");
        }
        int biases = convolution.bias() ? convolution.outputs() : 0;
        float[] weights = node.parameters(biases, node.parameters().length - biases);
        List<String> from = new ArrayList<>(List.of(node.input().channelsFirst()));
        from.add(node.constant(
                "weight",
                weights,
                node.inputShape().channels(),
                convolution.outputs(),
                window.height(),
                window.width()));
        if (convolution.bias()) {
            from.add(node.constant("bias", node.parameters(0, biases), biases));
        }
        List<AttributeProto> attributes = new ArrayList<>(windowOf(window));
        attributes.add(OnnxBuilder.integerList("dilations", window.dilationHeight(), window.dilationWidth()));
        attributes.add(OnnxBuilder.integerList("output_padding", convolution.rowsAfter(), convolution.columnsAfter()));
        return node.first(node.add("ConvTranspose", from, attributes.toArray(AttributeProto[]::new)));
    }

    private static List<AttributeProto> windowOf(Window window) {
        return List.of(
                OnnxBuilder.integerList("kernel_shape", window.height(), window.width()),
                OnnxBuilder.integerList("strides", window.strideHeight(), window.strideWidth()),
                OnnxBuilder.integerList(
                        "pads", window.padTop(), window.padLeft(), window.padBottom(), window.padRight()));
    }

    private static OnnxValue batchNorm(BatchNorm norm, OnnxNode node) {
        int channels = node.inputShape().channels();
        List<String> from = new ArrayList<>(List.of(node.input().channelsFirst()));
        from.add(node.constant("gamma", node.parameters(0, channels), channels));
        from.add(node.constant("beta", node.parameters(channels, channels), channels));
        from.add(node.constant("mean", node.parameters(2 * channels, channels), channels));
        float[] variance = node.parameters(3 * channels, channels);
        for (int i = 0; i < channels && norm.logDeviation(); i++) {
            variance[i] = (float) Math.pow(10, 2 * variance[i]);
        }
        from.add(node.constant("variance", variance, channels));
        return node.first(node.add("BatchNormalization", from, OnnxBuilder.number("epsilon", norm.epsilon())));
    }

    private static OnnxValue layerNorm(LayerNorm norm, OnnxNode node) {
        int features = node.inputShape().channels();
        List<String> from = new ArrayList<>(List.of(node.input().channelsLast()));
        from.add(node.constant("gain", node.parameters(0, features), features));
        if (norm.bias()) {
            from.add(node.constant("bias", node.parameters(features, features), features));
        }
        return node.last(node.add(
                "LayerNormalization",
                from,
                OnnxBuilder.integer("axis", -1),
                OnnxBuilder.number("epsilon", norm.epsilon())));
    }

    /** Instance norm of each group as if it were a channel, then gain and bias of the channels. */
    private static OnnxValue groupNorm(GroupNorm norm, OnnxNode node) {
        Shape shape = node.inputShape();
        int groups = norm.groupsOf(shape.channels());
        float[] ones = new float[groups];
        Arrays.fill(ones, 1);
        String grouped = node.reshaped(node.input().channelsFirst(), groups, shape.elements() / groups);
        String normed = node.add(
                "InstanceNormalization",
                List.of(grouped, node.constant("one", ones, groups), node.constant("zero", new float[groups], groups)),
                OnnxBuilder.number("epsilon", norm.epsilon()));
        String back = node.reshaped(normed, shape.channels(), shape.height(), shape.width());
        int channels = shape.channels();
        String gain = node.constant("gain", node.parameters(0, channels), channels, 1, 1);
        String bias = node.constant("bias", node.parameters(channels, channels), channels, 1, 1);
        return node.first(node.add("Add", List.of(node.add("Mul", List.of(back, gain)), bias)));
    }

    private static OnnxValue pooling(Pooling pooling, OnnxNode node) {
        Window window = pooling.window();
        List<AttributeProto> attributes = new ArrayList<>(windowOf(window));
        if (pooling.kind() == PoolingKind.MAX) {
            attributes.add(OnnxBuilder.integerList("dilations", window.dilationHeight(), window.dilationWidth()));
        } else {
            requireDense(window);
            attributes.add(OnnxBuilder.integer(
                    "count_include_pad", pooling.kind() == PoolingKind.AVERAGE_WITH_PADDING ? 1 : 0));
        }
        return node.first(node.add(
                pooling.kind() == PoolingKind.MAX ? "MaxPool" : "AveragePool",
                node.input().channelsFirst(),
                attributes.toArray(AttributeProto[]::new)));
    }

    private static OnnxValue normPooling(NormPooling pooling, OnnxNode node) {
        requireDense(pooling.window());
        if (pooling.p() != Math.rint(pooling.p())) {
            throw new UnsupportedOperationException("ONNX has p-norm pooling of a whole p, not of " + pooling.p());
        }
        List<AttributeProto> attributes = new ArrayList<>(windowOf(pooling.window()));
        attributes.add(OnnxBuilder.integer("p", (long) pooling.p()));
        return node.first(
                node.add("LpPool", List.of(node.input().channelsFirst()), attributes.toArray(AttributeProto[]::new)));
    }

    private static void requireDense(Window window) {
        if (window.dilationHeight() > 1 || window.dilationWidth() > 1) {
            throw new UnsupportedOperationException("ONNX's opset 17 has no average or norm of a dilated window");
        }
    }

    private static OnnxValue upsampling(Upsampling upsampling, OnnxNode node) {
        String scales = node.constant("scales", new float[] {1, 1, upsampling.height(), upsampling.width()}, 4);
        return node.first(node.add(
                "Resize",
                List.of(node.input().channelsFirst(), "", scales), // no region of interest
                OnnxBuilder.text("mode", "nearest"),
                OnnxBuilder.text("coordinate_transformation_mode", "asymmetric"),
                OnnxBuilder.text("nearest_mode", "floor")));
    }
}
