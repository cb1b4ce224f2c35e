package io.lockstep.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.kernels.WinogradPasses.Image;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both kinds of passes, with plain products between them, against the definition of a convolution. */
class WinogradPassesTest {
    private static final double TOLERANCE = 3e-5;

    @ParameterizedTest
    @CsvSource({"4, 4, 16, 16", "8, 4, 16, 32", "1, 1, 16, 16", "5, 7, 32, 16", "6, 9, 48, 32"})
    void aConvolutionAndItsGradientsAreThoseOfTheDefinition(int height, int width, int inputs, int outputs) {
        for (WinogradPasses passes : new WinogradPasses[] {new ScalarWinogradPasses(), new SimdWinogradPasses()}) {
            new Case(passes, height, width, inputs, outputs).check();
        }
    }

    /** Of 256 inputs above 0: what the documentation of the passes says, with products that round once. */
    @Test
    void theRoundingErrorIsAMillionthOfTheSpread() {
        Case image = new Case(new SimdWinogradPasses(), 8, 8, 256, 16);
        for (int i = 0; i < image.x.length; i++) {
            image.x[i] = Math.max(0, image.x[i]);
        }
        assertThat(image.relativeError()).isBetween(2e-7, 2e-6);
    }

    /** An image with a frame of one zero around it, in an image of whole tiles. */
    private static final class Case {
        private final WinogradPasses passes;
        private final int height;
        private final int width;
        private final int inputs;
        private final int outputs;
        private final int tiles;
        private final float[] x;
        private final float[] w;
        private final float[] dy;

        Case(WinogradPasses passes, int height, int width, int inputs, int outputs) {
            this.passes = passes;
            this.height = height;
            this.width = width;
            this.inputs = inputs;
            this.outputs = outputs;
            tiles = new Image(height, width, outputs).tileRows() * new Image(height, width, outputs).tileColumns();
            Random random = new Random(7);
            x = random(random, height * width * inputs);
            w = random(random, outputs * inputs * 9);
            dy = random(random, height * width * outputs);
        }

        void check() {
            float[] bias = random(new Random(8), outputs);
            close(
                    convolve(x, inputs, outputs, 9 * inputs, 9, false, bias),
                    (row, column, output) -> bias[output] + defined(row, column, output));
            close(convolve(dy, outputs, inputs, 9, 9 * inputs, true, null), (row, column, input) -> {
                double sum = 0;
                for (int o = 0; o < outputs; o++) {
                    for (int k = 0; k < 9; k++) {
                        sum += at(dy, outputs, row + 1 - k / 3, column + 1 - k % 3, o)
                                * w[(o * inputs + input) * 9 + k];
                    }
                }
                return sum;
            });
            checkWeightsGradient();
        }

        /** Root mean squares: of the forward convolution's error, by its results. */
        double relativeError() {
            float[] y = convolve(x, inputs, outputs, 9 * inputs, 9, false, null);
            double errors = 0;
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < y.length; i++) {
                double exact = defined(i / outputs / width, i / outputs % width, i % outputs);
                errors += (y[i] - exact) * (y[i] - exact);
                sum += exact;
                squares += exact * exact;
            }
            return Math.sqrt(errors / (squares - sum * sum / y.length));
        }

        private double defined(int row, int column, int output) {
            double sum = 0;
            for (int i = 0; i < inputs; i++) {
                for (int k = 0; k < 9; k++) {
                    sum += at(x, inputs, row + k / 3 - 1, column + k % 3 - 1, i) * w[(output * inputs + i) * 9 + k];
                }
            }
            return sum;
        }

        private float[] convolve(
                float[] from, int channels, int kernels, int outStep, int inStep, boolean turned, float[] bias) {
            int pointBytes = tiles * channels * Float.BYTES + 64;
            ByteBuffer v = transformed(from, channels, pointBytes);
            int uPoint = channels * kernels * Float.BYTES;
            ByteBuffer u = buffer(uPoint * 9);
            ByteBuffer planes = buffer(9 * channels * kernels);
            for (int i = 0; i < 9 * channels * kernels; i++) {
                int kernel = i / 9;
                int element = i % 9;
                float weight = w[kernel / kernels * inStep + kernel % kernels * outStep + element];
                planes.putFloat((element * channels * kernels + kernel) * 4, weight);
            }
            passes.weights(planes, 0, channels * kernels * 4, turned, channels * kernels, u, 0, uPoint);
            int mPoint = tiles * kernels * Float.BYTES;
            ByteBuffer m = buffer(mPoint * 9);
            for (int p = 0; p < 36; p++) {
                for (int t = 0; t < tiles; t++) {
                    for (int k = 0; k < kernels; k++) {
                        double sum = 0;
                        for (int c = 0; c < channels; c++) {
                            sum += (double) v.getFloat(p * pointBytes + (t * channels + c) * 4)
                                    * u.getFloat(p * uPoint + (c * kernels + k) * 4);
                        }
                        m.putFloat(p * mPoint + (t * kernels + k) * 4, (float) sum);
                    }
                }
            }
            ByteBuffer y = buffer(height * width * kernels);
            Image image = new Image(height, width, kernels);
            for (int row = image.tileRows() - 1; row >= 0; row--) {
                int rowAt = row * image.tileColumns() * kernels * Float.BYTES;
                passes.output(
                        m,
                        rowAt,
                        mPoint,
                        kernels,
                        bias == null ? null : of(bias),
                        bias == null ? -1 : 0,
                        y,
                        0,
                        image,
                        row,
                        1);
            }
            return floats(y);
        }

        private ByteBuffer transformed(float[] from, int channels, int pointBytes) {
            Image image = new Image(height, width, outputs);
            int columns = image.tileColumns() * 4 + 2;
            float[] padded = new float[(image.tileRows() * 4 + 2) * columns * channels];
            for (int i = 0; i < from.length; i++) {
                int pixel = i / channels;
                int place = (pixel / width + 1) * columns + pixel % width + 1;
                padded[place * channels + i % channels] = from[i];
            }
            ByteBuffer v = buffer(pointBytes * 9);
            passes.input(padded, columns, channels, image.tileRows(), image.tileColumns(), v, 0, pointBytes);
            return v;
        }

        private void checkWeightsGradient() {
            int vPoint = tiles * inputs * Float.BYTES;
            ByteBuffer v = transformed(x, inputs, vPoint);
            Image image = new Image(height, width, outputs);
            int columns = image.tileColumns() * 4;
            float[] padded = new float[image.tileRows() * 4 * columns * outputs];
            for (int i = 0; i < dy.length; i++) {
                int pixel = i / outputs;
                int place = pixel / width * columns + pixel % width;
                padded[place * outputs + i % outputs] = dy[i];
            }
            int mPoint = tiles * outputs * Float.BYTES;
            ByteBuffer dm = buffer(mPoint * 9);
            passes.outputGradient(padded, columns, outputs, image.tileRows(), image.tileColumns(), dm, 0, mPoint);
            int uPoint = outputs * inputs * Float.BYTES;
            ByteBuffer du = buffer(uPoint * 9);
            for (int p = 0; p < 36; p++) {
                for (int o = 0; o < outputs; o++) {
                    for (int i = 0; i < inputs; i++) {
                        double sum = 0;
                        for (int t = 0; t < tiles; t++) {
                            sum += (double) dm.getFloat(p * mPoint + (t * outputs + o) * 4)
                                    * v.getFloat(p * vPoint + (t * inputs + i) * 4);
                        }
                        du.putFloat(p * uPoint + (o * inputs + i) * 4, (float) sum);
                    }
                }
            }
            ByteBuffer dw = of(new float[9 * outputs * inputs]);
            dw.putFloat(0, 100); // what is there stays in the sum
            passes.weightsGradient(du, 0, uPoint, outputs * inputs, dw, 0, uPoint);
            for (int k = 0; k < 9; k++) {
                for (int pair = 0; pair < outputs * inputs; pair++) {
                    double sum = k + pair == 0 ? 100 : 0;
                    for (int pixel = 0; pixel < height * width; pixel++) {
                        int row = pixel / width;
                        int column = pixel % width;
                        sum += dy[pixel * outputs + pair / inputs]
                                * at(x, inputs, row + k / 3 - 1, column + k % 3 - 1, pair % inputs);
                    }
                    assertThat((double) dw.getFloat(k * uPoint + pair * 4)).isCloseTo(sum, within(TOLERANCE * 10));
                }
            }
        }

        private double at(float[] image, int channels, int row, int column, int channel) {
            boolean inside = row >= 0 && row < height && column >= 0 && column < width;
            return inside ? image[(row * width + column) * channels + channel] : 0;
        }

        private void close(float[] actual, Definition definition) {
            int channels = actual.length / (height * width);
            for (int i = 0; i < actual.length; i++) {
                int pixel = i / channels;
                double expected = definition.at(pixel / width, pixel % width, i % channels);
                assertThat((double) actual[i]).isCloseTo(expected, within(TOLERANCE));
            }
        }
    }

    private interface Definition {
        double at(int row, int column, int channel);
    }

    private static float[] random(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian() / 4;
        }
        return values;
    }

    private static ByteBuffer buffer(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer of(float[] values) {
        ByteBuffer buffer = buffer(values.length);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    private static float[] floats(ByteBuffer buffer) {
        float[] values = new float[buffer.capacity() / Float.BYTES];
        buffer.asFloatBuffer().get(values);
        return values;
    }
}
