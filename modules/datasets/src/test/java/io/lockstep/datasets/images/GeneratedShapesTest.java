package io.lockstep.datasets.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.BatchLoaderTest;
import io.lockstep.datasets.loading.Sampler;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratedShapesTest {
    /** Runs of other releases and platforms are comparable only while these bytes stay. */
    @Test
    void theBytesOfASeedNeverChange() throws Exception {
        ImageDataset set = new GeneratedShapes(1, 200, 0).read(Split.TRAIN);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(TestImages.bytes(set));
        assertThat(HexFormat.of().formatHex(digest))
                .isEqualTo("54b1b8fbfbfcc96fedfb9e1add4ac5e5064a8b3ce1aebe701361248500951c5a");
    }

    @Test
    void aRangeIsThatPartOfTheWhole() throws Exception {
        var shapes = new GeneratedShapes(3, 100, 50);
        for (Split split : Split.values()) {
            ImageDataset whole = shapes.read(split);
            var range = new ExampleRange(17, 41);
            ImageDataset part = shapes.read(split, range);
            assertThat(TestImages.bytes(part)).isEqualTo(TestImages.bytes(whole.range(range)));
            assertThat(TestImages.labels(part)).isEqualTo(TestImages.labels(whole.range(range)));
        }
    }

    @Test
    void moreExamplesLeaveTheFirstOnesAsTheyWere() throws Exception {
        ImageDataset few = new GeneratedShapes(3, 20, 0).read(Split.TRAIN);
        ImageDataset many = new GeneratedShapes(3, 40, 0).read(Split.TRAIN);
        assertThat(TestImages.bytes(many.range(ExampleRange.all(20)))).isEqualTo(TestImages.bytes(few));
    }

    @Test
    void seedsAndSplitsShareNoImage() throws Exception {
        var shapes = new GeneratedShapes(1, 300, 300);
        byte[] train = TestImages.bytes(shapes.read(Split.TRAIN));
        byte[] test = TestImages.bytes(shapes.read(Split.TEST));
        byte[] otherSeed = TestImages.bytes(new GeneratedShapes(2, 300, 0).read(Split.TRAIN));
        assertThat(test).isNotEqualTo(train);
        assertThat(otherSeed).isNotEqualTo(train);
    }

    @Test
    void everyRangeHoldsTheClassesEvenly() throws Exception {
        assertThat(new GeneratedShapes(1, 30, 0).read(Split.TRAIN).classCounts())
                .containsOnly(3);
    }

    /** The bound that makes the set worth training a network on. */
    @Test
    void softmaxRegressionOnPixelsStaysFarBelowSixtyPercent() throws Exception {
        var shapes = new GeneratedShapes(GeneratedShapes.DEFAULT_SEED, 4000, 1000);
        ImageDataset train = shapes.read(Split.TRAIN);
        var model = new SoftmaxRegression(train.shape().size(), train.classes(), train.normalization());
        model.train(train, 8, 0.002f);
        // learned something of its training set, so the optimiser is no excuse
        assertThat(model.accuracy(train)).isGreaterThan(0.25);
        assertThat(model.accuracy(shapes.read(Split.TEST))).isBetween(0.05, 0.40);
    }

    /** Adam would do no better here: the classes are not linearly separable on unseen images. */
    private static final class SoftmaxRegression {
        private final int inputs;
        private final int classes;
        private final Normalization normalization;
        private final float[] weights;

        SoftmaxRegression(int inputs, int classes, Normalization normalization) {
            this.inputs = inputs;
            this.classes = classes;
            this.normalization = normalization;
            this.weights = new float[classes * (inputs + 1)];
        }

        void train(ImageDataset set, int epochs, float learningRate) {
            var sampler = new Sampler(1, set.examples(), 1);
            float[] probabilities = new float[classes];
            try (var loader = BatchLoader.training(set, sampler, 0, 1, 0, LoaderOptions.of(normalization))) {
                for (long step = 0; step < (long) epochs * sampler.stepsPerEpoch(); step++) {
                    Batch batch = loader.next();
                    float[] x = BatchLoaderTest.features(batch);
                    predict(x, probabilities);
                    probabilities[batch.labels().get(0)] -= 1;
                    float rate = learningRate / (1 + sampler.epoch(step));
                    for (int k = 0; k < classes; k++) {
                        int row = k * (inputs + 1);
                        for (int i = 0; i < inputs; i++) {
                            weights[row + i] -= rate * probabilities[k] * x[i];
                        }
                        weights[row + inputs] -= rate * probabilities[k];
                    }
                }
            }
        }

        double accuracy(ImageDataset set) {
            int right = 0;
            float[] probabilities = new float[classes];
            try (var loader = BatchLoader.evaluation(set, 1, LoaderOptions.of(normalization))) {
                while (loader.hasNext()) {
                    Batch batch = loader.next();
                    predict(BatchLoaderTest.features(batch), probabilities);
                    int best = IntStream.range(0, classes)
                            .reduce((a, b) -> probabilities[b] > probabilities[a] ? b : a)
                            .orElseThrow();
                    right += best == batch.labels().get(0) ? 1 : 0;
                }
            }
            return (double) right / set.examples();
        }

        private void predict(float[] x, float[] probabilities) {
            float largest = Float.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) {
                int row = k * (inputs + 1);
                float sum = weights[row + inputs];
                for (int i = 0; i < inputs; i++) {
                    sum += weights[row + i] * x[i];
                }
                probabilities[k] = sum;
                largest = Math.max(largest, sum);
            }
            float total = 0;
            for (int k = 0; k < classes; k++) {
                probabilities[k] = (float) Math.exp(probabilities[k] - largest);
                total += probabilities[k];
            }
            for (int k = 0; k < classes; k++) {
                probabilities[k] /= total;
            }
        }
    }
}
