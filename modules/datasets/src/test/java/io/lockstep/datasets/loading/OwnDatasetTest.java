package io.lockstep.datasets.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.TestImages;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sets that somebody else has implemented. */
class OwnDatasetTest {
    /** Pictures of 2 channels, 1 x 3; value = 100 example + 10 channel + pixel; and what they weigh. */
    private record Pictures(int examples) implements Dataset, Serializable {
        @Override
        public String name() {
            return "mine";
        }

        @Override
        public List<Field> fields() {
            return List.of(Field.float32(Batch.FEATURES, 2, 1, 3), Field.float32("weight"));
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return (example, epoch, into, place) -> {
                float base = 100 * example;
                into.column(Batch.FEATURES).putFloats(place, base, base + 1, base + 2, base + 10, base + 11, base + 12);
                into.column("weight").putFloats(place, example + (training ? 0.5f : 0));
            };
        }
    }

    @Test
    void itsColumnsComeAsTheNetworkWantsThem() {
        Dataset set = new Pictures(5);
        LoaderOptions options = LoaderOptions.of(set.normalization());
        assertThat(set.shape()).isEqualTo(new ImageShape(2, 1, 3));

        try (var planar = BatchLoader.evaluation(set, 2, options)) {
            Batch batch = planar.next();
            assertThat(BatchLoaderTest.features(batch)).startsWith(0, 1, 2, 10, 11, 12, 100);
            assertThat(batch.column(Batch.FEATURES).field().shape()).containsExactly(2, 1, 3);
        }
        try (var interleaved = BatchLoader.evaluation(set, 2, options.withLayout(FeatureLayout.NHWC))) {
            Batch batch = interleaved.next();
            assertThat(BatchLoaderTest.features(batch)).startsWith(0, 10, 1, 11, 2, 12, 100);
            assertThat(batch.column(Batch.FEATURES).field().shape()).containsExactly(1, 3, 2);
            assertThat(batch.column("weight").floats().get(1)).isEqualTo(1);
        }
    }

    @Test
    void itIsSplitAmongRanks() throws Exception {
        DataSource data = DataSource.of(new Pictures(7), new Pictures(5));
        List<Float> weights = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            Dataset shard = data.read(Split.TEST, ExampleRange.shard(data.examples(Split.TEST), rank, 2));
            try (var loader = BatchLoader.evaluation(shard, 3, LoaderOptions.of(shard.normalization()))) {
                while (loader.hasNext()) {
                    Batch batch = loader.next();
                    for (int i = 0; i < batch.size(); i++) {
                        weights.add(batch.column("weight").floats().get(i));
                    }
                }
            }
        }
        assertThat(weights).containsExactly(0f, 1f, 2f, 3f, 4f);
    }

    @Test
    void whatCannotTravelOrDoesNotFitIsRefused() {
        Dataset staying = new Dataset() {
            @Override
            public String name() {
                return "staying";
            }

            @Override
            public List<Field> fields() {
                return new Pictures(1).fields();
            }

            @Override
            public int examples() {
                return 1;
            }

            @Override
            public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
                throw new UnsupportedOperationException();
            }
        };
        assertThatThrownBy(() -> DataSource.of(staying, new Pictures(1))).hasMessageContaining("Serializable");
        assertThatThrownBy(() -> DataSource.of(new Pictures(1), TestImages.numbered(3, new ImageShape(1, 2, 2))))
                .hasMessageContaining("test examples [features: FLOAT32 (1, 2, 2), labels: INT32 ()]");
    }
}
