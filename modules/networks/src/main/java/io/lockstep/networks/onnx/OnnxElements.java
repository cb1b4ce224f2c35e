package io.lockstep.networks.onnx;

import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Formulas.Binary;
import io.lockstep.engine.operations.Formulas.Unary;
import io.lockstep.engine.operations.Noise;
import io.lockstep.engine.operations.Reductions.Over;
import io.lockstep.engine.operations.Reductions.Reduce;
import io.lockstep.engine.operations.Reductions.Softmax;
import io.lockstep.engine.operations.Reductions.UnitLength;
import java.util.List;

/** What is done element by element, and sums of elements. */
final class OnnxElements {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private OnnxElements() {}

    static void addTo(OnnxRules rules) {
        rules.add(Activation.class, OnnxElements::activation);
        rules.add(Add.class, (add, node) -> node.together("Sum"));
        rules.add(Combination.class, (combination, node) -> switch (combination.how()) {
            case DIFFERENCE -> node.together("Sub");
            case PRODUCT -> product(node);
            case MEAN -> node.together("Mean");
            case MAXIMUM -> node.together("Max");
        });
        rules.add(Noise.Dropout.class, (noise, node) -> node.input()); // in training only, as the others
        rules.add(Noise.SpatialDropout.class, (noise, node) -> node.input());
        rules.add(Noise.GaussianDropout.class, (noise, node) -> node.input());
        rules.add(Noise.GaussianNoise.class, (noise, node) -> node.input());
        rules.add(Noise.AlphaDropout.class, (noise, node) -> node.input());
        rules.add(Unary.class, OnnxElements::unary);
        rules.add(Binary.class, OnnxElements::binary);
        rules.add(Reduce.class, OnnxElements::reduce);
        rules.add(Softmax.class, OnnxElements::softmax);
        rules.add(UnitLength.class, OnnxElements::unitLength);
    }

    private static OnnxValue product(OnnxNode node) {
        String product = node.input().channelsLast();
        for (OnnxValue factor : node.inputs().subList(1, node.inputs().size())) {
            product = node.add("Mul", List.of(product, factor.channelsLast()));
        }
        return node.last(product);
    }

    private static OnnxValue activation(Activation activation, OnnxNode node) {
        double alpha = activation.alpha();
        return switch (activation.function()) {
            case RELU -> node.elementwise("Relu");
            case LEAKY_RELU -> node.elementwise("LeakyRelu", OnnxBuilder.number("alpha", alpha));
            case THRESHOLDED_RELU -> node.elementwise("ThresholdedRelu", OnnxBuilder.number("alpha", alpha));
            case TANH -> node.elementwise("Tanh");
            case SIGMOID -> node.elementwise("Sigmoid");
            case ELU -> node.elementwise("Elu", OnnxBuilder.number("alpha", alpha));
            case SELU -> node.elementwise("Selu");
            case RELU6 -> clip(node, 0, 6);
            case HARD_TANH -> clip(node, -1, 1);
            case RECTIFIED_TANH -> node.elementwise(x -> node.add("Relu", node.add("Tanh", x)));
            case HARD_SIGMOID ->
                node.elementwise("HardSigmoid", OnnxBuilder.number("alpha", 0.2), OnnxBuilder.number("beta", 0.5));
            case SOFTSIGN -> node.elementwise("Softsign");
            case CUBE -> node.elementwise(x -> node.add("Mul", List.of(x, node.add("Mul", List.of(x, x)))));
            case SOFTPLUS -> node.elementwise("Softplus");
            case MISH -> node.elementwise(x -> node.add("Mul", List.of(x, node.add("Tanh", node.add("Softplus", x)))));
            case SWISH -> node.elementwise(x -> node.add("Mul", List.of(x, node.add("Sigmoid", x))));
            case GELU -> node.elementwise(x -> gelu(node, x));
            case GELU_TANH -> node.elementwise(x -> geluByTanh(node, x));
            case GELU_SIGMOID ->
                node.elementwise(x -> node.add("Mul", List.of(x, node.add("Sigmoid", scaled(node, x, 1.702)))));
            case RATIONAL_TANH -> throw new UnsupportedOperationException("ONNX has no rational tanh");
        };
    }

    private static OnnxValue clip(OnnxNode node, double least, double most) {
        return node.elementwise(
                x -> node.add("Clip", List.of(x, node.scalar("least", least), node.scalar("most", most))));
    }

    private static String scaled(OnnxNode node, String x, double factor) {
        return node.add("Mul", List.of(x, node.scalar("factor", factor)));
    }

    private static String shifted(OnnxNode node, String x, double summand) {
        return node.add("Add", List.of(x, node.scalar("summand", summand)));
    }

    /** x (1 + erf(x / sqrt(2))) / 2 */
    private static String gelu(OnnxNode node, String x) {
        String erf = node.add("Erf", scaled(node, x, Math.sqrt(0.5)));
        return node.add("Mul", List.of(scaled(node, x, 0.5), shifted(node, erf, 1)));
    }

    /** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
    private static String geluByTanh(OnnxNode node, String x) {
        String square = node.add("Mul", List.of(x, x));
        String bent = node.add("Mul", List.of(x, shifted(node, scaled(node, square, 0.044715), 1)));
        String tanh = node.add("Tanh", scaled(node, bent, SQRT_2_OVER_PI));
        return node.add("Mul", List.of(scaled(node, x, 0.5), shifted(node, tanh, 1)));
    }

    private static OnnxValue unary(Unary unary, OnnxNode node) {
        double alpha = unary.alpha();
        return switch (unary.formula()) {
            case SCALE -> node.elementwise(x -> scaled(node, x, alpha));
            case SHIFT -> node.elementwise(x -> shifted(node, x, alpha));
            case SQUARE -> node.elementwise(x -> node.add("Mul", List.of(x, x)));
            case SQUARE_ROOT -> node.elementwise("Sqrt");
            case POWER -> node.elementwise(x -> node.add("Pow", List.of(x, node.scalar("exponent", alpha))));
            case RECIPROCAL -> node.elementwise("Reciprocal");
            case ABSOLUTE -> node.elementwise("Abs");
            case EXPONENTIAL -> node.elementwise("Exp");
            case LOGARITHM -> node.elementwise("Log");
            case AT_LEAST -> node.elementwise(x -> node.add("Max", List.of(x, node.scalar("least", alpha))));
            case AT_MOST -> node.elementwise(x -> node.add("Min", List.of(x, node.scalar("most", alpha))));
        };
    }

    /** Dimensions of 1 are taken as often as the other input wants, in ONNX too. */
    private static OnnxValue binary(Binary binary, OnnxNode node) {
        String operator =
                switch (binary.function()) {
                    case SUM -> "Add";
                    case DIFFERENCE -> "Sub";
                    case PRODUCT -> "Mul";
                    case QUOTIENT -> "Div";
                    case MAXIMUM -> "Max";
                    case MINIMUM -> "Min";
                    case PARAMETRIC_RELU -> "PRelu";
                };
        return node.together(operator);
    }

    private static long[] axes(Over over) {
        return switch (over) {
            case CHANNELS -> new long[] {3};
            case PIXELS -> new long[] {1, 2};
            case ALL -> new long[] {1, 2, 3};
        };
    }

    private static OnnxValue reduce(Reduce reduce, OnnxNode node) {
        String x = node.input().channelsLast();
        var axes = OnnxBuilder.integerList("axes", axes(reduce.over()));
        return node.last(
                switch (reduce.how()) {
                    case SUM -> node.add("ReduceSum", List.of(x, node.integers("axes", axes(reduce.over()))));
                    case MEAN -> node.add("ReduceMean", x, axes);
                    case NORM -> node.add("ReduceL2", x, axes);
                    case MAXIMUM -> node.add("ReduceMax", x, axes);
                });
    }

    private static OnnxValue softmax(Softmax softmax, OnnxNode node) {
        if (softmax.over() != Over.CHANNELS) {
            throw new UnsupportedOperationException("softmax over other than channels is not written");
        }
        return node.last(node.add("Softmax", node.input().channelsLast(), OnnxBuilder.integer("axis", 3)));
    }

    private static OnnxValue unitLength(UnitLength unit, OnnxNode node) {
        String x = node.input().channelsLast();
        String length = node.add("ReduceL2", x, OnnxBuilder.integerList("axes", axes(unit.over())));
        return node.last(node.add("Div", List.of(x, shifted(node, length, unit.epsilon()))));
    }
}
