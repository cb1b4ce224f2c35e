package io.lockstep.engine.operations;

import io.lockstep.engine.Columns;
import io.lockstep.engine.ElementType;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.RowLoss;
import io.lockstep.engine.Shape;
import java.util.List;

/** Losses of whole rows: distributions over classes, and distances between embeddings. */
public final class VectorLosses {
    private VectorLosses() {}

    /**
     * Softmax of logits and its cross-entropy with a distribution over the classes, in nats: the sum of -w t log(p).
     *
     * @param labelSmoothing in training, the share of the target that is spread evenly over all classes
     * @param weights of the classes; none for 1 each
     */
    public record DistributionCrossEntropy(double labelSmoothing, List<Double> weights) implements RowLoss {
        public DistributionCrossEntropy {
            weights = List.copyOf(weights);
        }

        @Override
        public List<String> sums() {
            return List.of(LOSS, COUNT, CORRECT);
        }

        @Override
        public void requireRows(List<Shape> inputs) {
            RowLoss.super.requireRows(inputs);
            ClassWeights.require(weights, inputs.get(0));
        }

        @Override
        public Row row(List<Shape> inputs, boolean training) {
            int classes = inputs.get(0).channels();
            double[] factors = ClassWeights.of(weights, classes);
            double spread = training ? labelSmoothing : 0;
            return (x, slopes, sums) -> {
                double logSum = logSum(x[0]);
                double mass = 0;
                sums[0] = 0;
                for (int c = 0; c < classes; c++) {
                    double target = factors[c] * (x[1][c] * (1 - spread) + spread / classes);
                    sums[0] -= target == 0 ? 0 : target * (x[0][c] - logSum);
                    slopes[0][c] = -target;
                    mass += target;
                }
                for (int c = 0; c < classes; c++) {
                    slopes[0][c] += mass * Math.exp(x[0][c] - logSum);
                }
                sums[1] = 1;
                sums[2] = largest(x[0]) == largest(x[1]) ? 1 : 0;
            };
        }
    }

    /**
     * Softmax of logits and its cross-entropy with a class number, times the class's weight. What has no label counts for
     * nothing.
     *
     * @param weights of the classes; none for 1 each
     */
    public record WeightedCrossEntropy(List<Double> weights) implements RowLoss {
        public WeightedCrossEntropy {
            weights = List.copyOf(weights);
        }

        @Override
        public List<String> sums() {
            return List.of(LOSS, COUNT, CORRECT);
        }

        @Override
        public ElementType reads(int input) {
            return input == 1 ? ElementType.INT32 : ElementType.FLOAT32;
        }

        @Override
        public List<Input> inputsOfPass(Shape predictions) {
            return Columns.withWeights(Columns.classes(predictions), predictions);
        }

        @Override
        public int classesOf(Shape predictions) {
            return predictions.channels();
        }

        @Override
        public void requireRows(List<Shape> inputs) {
            if (inputs.get(1).channels() != 1) {
                throw new IllegalArgumentException("one label of each row is wanted, not " + inputs.get(1));
            }
            ClassWeights.require(weights, inputs.get(0));
        }

        @Override
        public Row row(List<Shape> inputs, boolean training) {
            int classes = inputs.get(0).channels();
            double[] factors = ClassWeights.of(weights, classes);
            return (x, slopes, sums) -> {
                int label = (int) x[1][0];
                double logSum = logSum(x[0]);
                double weight = label == NO_LABEL ? 0 : factors[label];
                for (int c = 0; c < classes; c++) {
                    slopes[0][c] = weight * (Math.exp(x[0][c] - logSum) - (c == label ? 1 : 0));
                }
                sums[0] = label == NO_LABEL ? 0 : weight * (logSum - x[0][label]);
                sums[1] = label == NO_LABEL ? 0 : 1;
                sums[2] = largest(x[0]) == label ? 1 : 0;
            };
        }
    }

    /**
     * {@code offset} less the cosine of the angle between prediction and target: 1 for cosine distance, 0 for DL4J's
     * proximity. A vector of length 0 has a cosine of 0, and no slope.
     */
    public record Cosine(double offset) implements RowLoss {
        @Override
        public Row row(List<Shape> inputs, boolean training) {
            return (x, slopes, sums) -> {
                double length = length(x[0]);
                double lengths = length * length(x[1]);
                double product = 0;
                for (int i = 0; i < x[0].length; i++) {
                    product += x[0][i] * x[1][i];
                }
                double cosine = lengths == 0 ? 0 : product / lengths;
                for (int i = 0; i < x[0].length; i++) {
                    slopes[0][i] = lengths == 0 ? 0 : cosine * x[0][i] / (length * length) - x[1][i] / lengths;
                }
                sums[0] = offset - cosine;
                sums[1] = 1;
            };
        }
    }

    /**
     * Of two embeddings a distance d apart, and t: t d^2 + (1 - t) max(0, margin - d)^2, where t is 1 for what belongs
     * together and 0 for what does not (Hadsell et al. 2006, equation 4, without its halves).
     */
    public record Contrastive(double margin) implements RowLoss {
        @Override
        public int predictions() {
            return 2;
        }

        @Override
        public List<Input> inputsOfPass(Shape predictions) {
            return Columns.withWeights(Columns.numbers(predictions), predictions);
        }

        @Override
        public void requireRows(List<Shape> inputs) {
            requireEqual(inputs.subList(0, 2));
            if (inputs.get(2).channels() != 1) {
                throw new IllegalArgumentException("one number for each pair is wanted, not " + inputs.get(2));
            }
        }

        @Override
        public Row row(List<Shape> inputs, boolean training) {
            return (x, slopes, sums) -> {
                double t = x[2][0];
                double distance = distance(x[0], x[1], 0);
                double within = Math.max(0, margin - distance);
                double slope = 2 * t - (distance == 0 ? 0 : 2 * (1 - t) * within / distance);
                for (int i = 0; i < x[0].length; i++) {
                    slopes[0][i] = slope * (x[0][i] - x[1][i]);
                    slopes[1][i] = -slopes[0][i];
                }
                sums[0] = t * distance * distance + (1 - t) * within * within;
                sums[1] = 1;
            };
        }
    }

    /**
     * Of three embeddings, an anchor, a positive and a negative: max(0, |anchor - positive| - |anchor - negative| + margin)
     * (Balntas et al. 2016).
     *
     * @param epsilon added to each difference, so that a distance of 0 has a slope; PyTorch's is 1e-6
     */
    public record Triplet(double margin, double epsilon) implements RowLoss {
        @Override
        public int predictions() {
            return 3;
        }

        @Override
        public int targets() {
            return 0;
        }

        @Override
        public List<Input> inputsOfPass(Shape predictions) {
            return List.of(Columns.weights());
        }

        @Override
        public void requireRows(List<Shape> inputs) {
            requireEqual(inputs);
        }

        @Override
        public Row row(List<Shape> inputs, boolean training) {
            return (x, slopes, sums) -> {
                double near = distance(x[0], x[1], epsilon);
                double far = distance(x[0], x[2], epsilon);
                sums[0] = Math.max(0, near - far + margin);
                sums[1] = 1;
                boolean learns = sums[0] > 0;
                for (int i = 0; i < x[0].length; i++) {
                    slopes[1][i] = learns && near > 0 ? -(x[0][i] - x[1][i] + epsilon) / near : 0;
                    slopes[2][i] = learns && far > 0 ? (x[0][i] - x[2][i] + epsilon) / far : 0;
                    slopes[0][i] = -slopes[1][i] - slopes[2][i];
                }
            };
        }
    }

    private static void requireEqual(List<Shape> embeddings) {
        if (!embeddings.stream()
                .allMatch(each -> each.channels() == embeddings.get(0).channels())) {
            throw new IllegalArgumentException("embeddings of as many numbers are wanted, not " + embeddings);
        }
    }

    private static double logSum(double[] logits) {
        double max = logits[largest(logits)];
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    private static int largest(double[] x) {
        int best = 0;
        for (int c = 1; c < x.length; c++) {
            best = x[c] > x[best] ? c : best;
        }
        return best;
    }

    private static double length(double[] x) {
        double squares = 0;
        for (double each : x) {
            squares += each * each;
        }
        return Math.sqrt(squares);
    }

    private static double distance(double[] a, double[] b, double epsilon) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += (a[i] - b[i] + epsilon) * (a[i] - b[i] + epsilon);
        }
        return Math.sqrt(squares);
    }
}
