package io.lockstep.datasets.loading;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.images.ImageDataset;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.junit.jupiter.api.Test;

class StepBatchesTest {
    private static final int WORLD_SIZE = 2;

    @Test
    void hasTheBytesOfTheLoadersBatchWhateverTheOrder() throws IOException {
        ImageDataset shapes = new GeneratedShapes().read(Split.TRAIN, new ExampleRange(0, 25));
        var sampler = new Sampler(3, shapes.examples(), 10);
        LoaderOptions options = LoaderOptions.of(shapes.normalization())
                .withLayout(FeatureLayout.NHWC)
                .withAugmentation(new Augmentation(2, Augmentation.Padding.ZERO, true, 4));
        var batches = new StepBatches(shapes, sampler, 1, WORLD_SIZE, options);

        for (long step : new long[] {4, 0, 5, 2}) { // 2 and 5 are short
            Batch batch = batches.at(step);
            try (var loader = BatchLoader.training(shapes, sampler, 1, WORLD_SIZE, step, options)) {
                Batch expected = loader.next();
                assertThat(batch.size()).isEqualTo(expected.size());
                assertThat(floats(batch)).isEqualTo(floats(expected));
                assertThat(IntBuffer.wrap(labels(batch))).isEqualTo(expected.labels());
            }
        }
    }

    private static FloatBuffer floats(Batch batch) {
        return batch.features().duplicate().order(batch.features().order()).asFloatBuffer();
    }

    private static int[] labels(Batch batch) {
        int[] labels = new int[batch.size()];
        batch.labels().duplicate().get(labels);
        return labels;
    }
}
