package io.lockstep.engine.operations;

import io.lockstep.engine.ElementType;
import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;

/** Products of two nodes, and what one node picks from another. */
public final class NodeProducts {
    private NodeProducts() {}

    /**
     * Of each example the product of two matrices, which are sequences: (T, 1, K) is T rows of K numbers.
     *
     * @param transposeFirst the first one's time steps are the columns
     * @param transposeSecond likewise
     */
    public record MatrixProduct(boolean transposeFirst, boolean transposeSecond) implements ExampleOperation {
        @Override
        public int fewestInputs() {
            return 2;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape a = Vectors.of(inputs.get(0));
            Shape b = Vectors.of(inputs.get(1));
            if (inner(a, !transposeFirst) != inner(b, transposeSecond)) {
                throw new IllegalArgumentException("matrices of " + inputs + " do not fit one another");
            }
            return Shape.sequence(inner(a, transposeFirst), inner(b, !transposeSecond));
        }

        private static int inner(Shape matrix, boolean columns) {
            return columns ? matrix.channels() : matrix.height();
        }

        @Override
        public long multiplyAddsOf(List<Shape> inputs) {
            return (long) outputOf(inputs).elements() * inner(inputs.get(0), !transposeFirst);
        }

        @Override
        public Arithmetic arithmetic(List<Shape> inputs) {
            Shape y = outputOf(inputs);
            int rows = y.height();
            int columns = y.channels();
            int inner = inner(inputs.get(0), !transposeFirst);
            int aRow = transposeFirst ? 1 : inner;
            int aColumn = transposeFirst ? rows : 1;
            int bRow = transposeSecond ? 1 : columns;
            int bColumn = transposeSecond ? inner : 1;
            return new Arithmetic() {
                @Override
                public void forward(double[][] x, double[] result) {
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < columns; j++) {
                            double sum = 0;
                            for (int k = 0; k < inner; k++) {
                                sum += x[0][i * aRow + k * aColumn] * x[1][k * bRow + j * bColumn];
                            }
                            result[i * columns + j] = sum;
                        }
                    }
                }

                @Override
                public void backward(double[][] x, double[] result, double[] dy, double[][] dx) {
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < columns; j++) {
                            for (int k = 0; k < inner; k++) {
                                dx[0][i * aRow + k * aColumn] += dy[i * columns + j] * x[1][k * bRow + j * bColumn];
                                dx[1][k * bRow + j * bColumn] += dy[i * columns + j] * x[0][i * aRow + k * aColumn];
                            }
                        }
                    }
                }
            };
        }
    }

    /**
     * Steps of a sequence (the first input), at the places that the second one names: (K, 1, 1) INT32 gives (K, 1, F). What is
     * no place of the sequence gives zeros.
     */
    public record Gather() implements ExampleOperation {
        @Override
        public int fewestInputs() {
            return 2;
        }

        @Override
        public ElementType reads(int input) {
            return input == 1 ? ElementType.INT32 : ElementType.FLOAT32;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape places = Vectors.of(inputs.get(1));
            if (places.channels() != 1) {
                throw new IllegalArgumentException("places are one number each, not " + places);
            }
            return Shape.sequence(places.height(), Vectors.of(inputs.get(0)).channels());
        }

        @Override
        public Arithmetic arithmetic(List<Shape> inputs) {
            int steps = inputs.get(0).height();
            int features = inputs.get(0).channels();
            return new Arithmetic() {
                @Override
                public void forward(double[][] x, double[] y) {
                    Arrays.fill(y, 0);
                    for (int k = 0; k < x[1].length; k++) {
                        if (x[1][k] >= 0 && x[1][k] < steps) {
                            System.arraycopy(x[0], (int) x[1][k] * features, y, k * features, features);
                        }
                    }
                }

                @Override
                public void backward(double[][] x, double[] y, double[] dy, double[][] dx) {
                    for (int k = 0; k < x[1].length; k++) {
                        for (int f = 0; f < features && x[1][k] >= 0 && x[1][k] < steps; f++) {
                            dx[0][(int) x[1][k] * features + f] += dy[k * features + f];
                        }
                    }
                }
            };
        }
    }
}
