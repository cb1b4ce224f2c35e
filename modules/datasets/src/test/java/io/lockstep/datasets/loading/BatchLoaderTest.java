package io.lockstep.datasets.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.TestImages;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

public class BatchLoaderTest {
    private static final ImageShape RGB = new ImageShape(3, 8, 8);
    private static final Normalization THREE =
            new Normalization(new float[] {0.5f, 0.25f, 0.125f}, new float[] {0.5f, 0.25f, 2f});
    private static final Augmentation EVERYTHING = new Augmentation(2, Augmentation.Padding.REFLECT, true, 3);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7})
    void ranksTogetherMakeTheBatchesOfOneRankAugmentationIncluded(int worldSize) {
        ImageDataset set = TestImages.random(1, 53, RGB);
        var sampler = new Sampler(11, 53, 10);
        LoaderOptions options = LoaderOptions.of(THREE).withAugmentation(EVERYTHING);
        List<BatchLoader> ranks = new ArrayList<>();
        try (var alone = BatchLoader.training(set, sampler, 0, 1, 0, options)) {
            for (int rank = 0; rank < worldSize; rank++) {
                ranks.add(BatchLoader.training(set, sampler, rank, worldSize, 0, options));
            }
            for (int step = 0; step < 2 * sampler.stepsPerEpoch(); step++) {
                Batch whole = alone.next();
                assertThat(whole.size()).isEqualTo(sampler.globalBatchSize(step));
                float[] expected = features(whole);
                int[] expectedLabels = labels(whole);
                int at = 0;
                for (BatchLoader rank : ranks) {
                    Batch part = rank.next();
                    assertThat(features(part))
                            .isEqualTo(Arrays.copyOfRange(expected, at * RGB.size(), (at + part.size()) * RGB.size()));
                    assertThat(labels(part)).isEqualTo(Arrays.copyOfRange(expectedLabels, at, at + part.size()));
                    at += part.size();
                }
                assertThat(at).isEqualTo(whole.size());
            }
        } finally {
            ranks.forEach(BatchLoader::close);
        }
    }

    @Test
    void startingAtAStepGivesWhatWouldHaveComeThen() {
        ImageDataset set = TestImages.random(2, 30, RGB);
        var sampler = new Sampler(4, 30, 8);
        LoaderOptions options = LoaderOptions.of(THREE).withAugmentation(EVERYTHING);
        try (var through = BatchLoader.training(set, sampler, 1, 2, 0, options);
                var resumed = BatchLoader.training(set, sampler, 1, 2, 6, options)) {
            for (int step = 0; step < 6; step++) {
                through.next();
            }
            assertThat(resumed.nextStep()).isEqualTo(6);
            for (int step = 6; step < 15; step++) {
                Batch expected = through.next();
                Batch batch = resumed.next();
                assertThat(features(batch)).isEqualTo(features(expected));
                assertThat(labels(batch)).isEqualTo(labels(expected));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void valuesAreNormalisedIntoTheLayoutAsked(FeatureLayout layout) {
        ImageDataset set = TestImages.random(3, 5, new ImageShape(3, 4, 6));
        var options = LoaderOptions.of(THREE).withLayout(layout);
        try (var loader = BatchLoader.evaluation(set, 5, options)) {
            float[] values = features(loader.next());
            for (int i = 0; i < 5; i++) {
                for (int c = 0; c < 3; c++) {
                    for (int y = 0; y < 4; y++) {
                        for (int x = 0; x < 6; x++) {
                            int at = layout == FeatureLayout.NCHW
                                    ? ((i * 3 + c) * 4 + y) * 6 + x
                                    : ((i * 4 + y) * 6 + x) * 3 + c;
                            float expected = (set.pixel(i, c, y, x) / 255f - THREE.mean()[c]) / THREE.std()[c];
                            assertThat(values[at]).isEqualTo(expected);
                        }
                    }
                }
            }
        }
    }

    @Test
    void bothLayoutsHoldTheSameAugmentedImages() {
        ImageDataset set = TestImages.random(4, 40, RGB);
        var sampler = new Sampler(5, 40, 40);
        var options = LoaderOptions.of(THREE).withAugmentation(EVERYTHING);
        try (var planar = BatchLoader.training(set, sampler, 0, 1, 0, options);
                var interleaved = BatchLoader.training(set, sampler, 0, 1, 0, options.withLayout(FeatureLayout.NHWC))) {
            float[] nchw = features(planar.next());
            float[] nhwc = features(interleaved.next());
            for (int i = 0; i < 40; i++) {
                for (int c = 0; c < 3; c++) {
                    for (int p = 0; p < 64; p++) {
                        assertThat(nhwc[(i * 64 + p) * 3 + c]).isEqualTo(nchw[(i * 3 + c) * 64 + p]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 11, 30})
    void evaluationGivesEveryExampleOnceInOrder(int examples) {
        ImageDataset set = TestImages.numbered(examples, new ImageShape(1, 2, 2));
        var options = LoaderOptions.of(Normalization.unit(1)).withAugmentation(EVERYTHING);
        List<Integer> seen = new ArrayList<>();
        try (var loader = BatchLoader.evaluation(set, 10, options)) {
            while (loader.hasNext()) {
                Batch batch = loader.next();
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(batch.features().getFloat(i * 4 * Float.BYTES)).isEqualTo(seen.size() / 255f);
                    assertThat(batch.labels().get(i)).isEqualTo(seen.size());
                    seen.add(batch.labels().get(i));
                }
            }
            assertThat(seen).hasSize(examples);
            assertThatThrownBy(loader::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void aBatchStaysWhatItIsUntilTheFollowingNext() throws Exception {
        ImageDataset set = TestImages.numbered(100, RGB);
        var sampler = new Sampler(8, 100, 10);
        try (var loader = BatchLoader.training(set, sampler, 0, 1, 0, LoaderOptions.of(Normalization.unit(3)))) {
            for (int step = 0; step < 12; step++) {
                Batch batch = loader.next();
                float[] at = features(batch);
                Thread.sleep(5); // for the thread to fill whatever it holds free
                assertThat(features(batch)).isEqualTo(at);
            }
        }
    }

    @Test
    void memoryIsReused() {
        ImageDataset set = TestImages.numbered(100, RGB);
        var sampler = new Sampler(8, 100, 10);
        var options = LoaderOptions.of(Normalization.unit(3)).withBuffers(3);
        try (var loader = BatchLoader.training(set, sampler, 0, 1, 0, options)) {
            List<ByteBuffer> distinct = new ArrayList<>();
            for (int step = 0; step < 30; step++) {
                Batch batch = loader.next();
                assertThat(batch.firstExample()).isEqualTo(step % 10 * 10);
                if (distinct.stream().noneMatch(known -> known == batch.features())) {
                    distinct.add(batch.features());
                }
                assertThat(batch.features().isDirect()).isTrue();
                assertThat(batch.features().alignedSlice(64).capacity())
                        .isEqualTo(batch.features().capacity());
            }
            assertThat(distinct).hasSize(3);
        }
    }

    @Test
    void aCallerThatMovesThePositionsDoesNotHarmLaterBatches() {
        ImageDataset set = TestImages.numbered(20, RGB);
        var sampler = new Sampler(8, 20, 5);
        try (var loader = BatchLoader.training(set, sampler, 0, 1, 0, LoaderOptions.of(Normalization.unit(3)))) {
            for (int step = 0; step < 8; step++) {
                Batch batch = loader.next();
                assertThat(batch.features().position()).isZero();
                assertThat(batch.features().remaining()).isEqualTo(5 * RGB.size() * Float.BYTES);
                assertThat(batch.labels().remaining()).isEqualTo(5);
                batch.features().position(12).limit(16);
                batch.labels().position(2);
            }
        }
    }

    @Test
    void aRankWithoutAShareGetsAnEmptyBatch() {
        ImageDataset set = TestImages.numbered(2, RGB);
        try (var loader =
                BatchLoader.training(set, new Sampler(0, 2, 2), 2, 3, 0, LoaderOptions.of(Normalization.unit(3)))) {
            Batch batch = loader.next();
            assertThat(batch.size()).isZero();
            assertThat(batch.features().remaining()).isZero();
            assertThat(loader.next().size()).isZero();
        }
    }

    @Test
    void aFailureOfTheThreadSurfacesInNextWithItsCause() {
        ImageDataset set = TestImages.numbered(4, RGB);
        var fault = new IllegalStateException("disk on fire");
        BatchPlan plan = failingAt(2, fault);
        try (var loader = loader(set, plan, Duration.ofMinutes(10))) {
            loader.next();
            loader.next();
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(loader::next)
                        .isInstanceOf(BatchLoadingException.class)
                        .hasMessageContaining("step 2")
                        .hasMessageContaining("disk on fire")
                        .hasCause(fault);
            }
        }
    }

    @Test
    void nextGivesUpAtItsDeadlineAndCloseEndsTheThread() {
        ImageDataset set = TestImages.numbered(4, RGB);
        var never = new CountDownLatch(1);
        BatchPlan plan = new OneExamplePlan() {
            @Override
            public void select(long step) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        };
        try (var loader = loader(set, plan, Duration.ofMillis(200))) {
            assertThatThrownBy(loader::next)
                    .isInstanceOf(BatchLoadingException.class)
                    .hasMessageContaining("step 0 is not ready after 200 ms");
        }
    }

    @Test
    void closeEndsTheThreadWhateverItDoesAndMayBeCalledAgain() {
        ImageDataset set = TestImages.numbered(20, RGB);
        var loader = BatchLoader.training(set, new Sampler(0, 20, 5), 0, 1, 0, LoaderOptions.of(Normalization.unit(3)));
        loader.next();
        loader.close();
        loader.close();
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .doesNotContain("batch-loader rank 0");
        assertThatThrownBy(loader::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void waitsAreCounted() {
        ImageDataset set = TestImages.numbered(20, RGB);
        try (var loader =
                BatchLoader.training(set, new Sampler(0, 20, 5), 0, 1, 0, LoaderOptions.of(Normalization.unit(3)))) {
            long sum = 0;
            for (int step = 0; step < 5; step++) {
                loader.next();
                assertThat(loader.waitNanos()).isNotNegative();
                sum += loader.waitNanos();
            }
            assertThat(loader.totalWaitNanos()).isEqualTo(sum);
        }
    }

    @Test
    void wrongArgumentsAreRefusedAtOnce() {
        ImageDataset set = TestImages.numbered(20, RGB);
        var options = LoaderOptions.of(Normalization.unit(3));
        assertThatThrownBy(() -> BatchLoader.training(set, new Sampler(0, 19, 5), 0, 1, 0, options))
                .hasMessageContaining("19 examples for 20");
        assertThatThrownBy(() -> BatchLoader.evaluation(set, 5, LoaderOptions.of(Normalization.MNIST)))
                .hasMessageContaining("1 channels for images of 3x8x8");
        assertThatThrownBy(() -> BatchLoader.evaluation(set, 0, options)).hasMessageContaining("batch of 0");
        assertThatThrownBy(() -> options.withBuffers(1)).hasMessageContaining("1 buffers");
        var tooWide = options.withAugmentation(new Augmentation(8, Augmentation.Padding.REFLECT, false, 0));
        assertThatThrownBy(() -> BatchLoader.training(set, new Sampler(0, 20, 5), 0, 1, 0, tooWide))
                .hasMessageContaining("reflect padding by 8");
    }

    private static BatchLoader loader(ImageDataset set, BatchPlan plan, Duration stallTimeout) {
        var options = LoaderOptions.of(Normalization.unit(3)).withStallTimeout(stallTimeout);
        var assembler = set.writer(0, options, false);
        return new BatchLoader(new PlannedBatches(plan, set.fields(), assembler), 0, options, "test-loader");
    }

    private static BatchPlan failingAt(long failingStep, RuntimeException fault) {
        return new OneExamplePlan() {
            @Override
            public void select(long step) {
                if (step == failingStep) {
                    throw fault;
                }
            }
        };
    }

    public static float[] features(Batch batch) {
        FloatBuffer floats =
                batch.features().duplicate().order(batch.features().order()).asFloatBuffer();
        float[] values = new float[floats.remaining()];
        floats.get(values);
        return values;
    }

    static int[] labels(Batch batch) {
        int[] values = new int[batch.size()];
        batch.labels().get(0, values);
        return values;
    }

    private abstract static class OneExamplePlan implements BatchPlan {
        @Override
        public long endStep() {
            return Long.MAX_VALUE;
        }

        @Override
        public int largestBatch() {
            return 1;
        }

        @Override
        public int start() {
            return 0;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public int example(int position) {
            return 0;
        }

        @Override
        public long epoch() {
            return 0;
        }
    }
}
