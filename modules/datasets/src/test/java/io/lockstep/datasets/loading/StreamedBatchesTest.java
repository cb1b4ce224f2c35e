package io.lockstep.datasets.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ExampleStream;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.StreamShare;
import io.lockstep.datasets.StreamedDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamedBatchesTest {
    private static final LoaderOptions OPTIONS = LoaderOptions.of(Normalization.unit(1));
    private static final int EXAMPLES = 23;
    private static final int GLOBAL_BATCH = 10;

    /** Numbers 0 to EXAMPLES - 1, of which each rank reads those that it gets by turns, an epoch later from another one on. */
    private static final class Numbers implements StreamedDataset {
        private final boolean skips;
        private int opened;
        private int closed;
        private int made;

        Numbers(boolean skips) {
            this.skips = skips;
        }

        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public List<Field> fields() {
            return List.of(Field.float32(Batch.FEATURES, 1), Field.int32("epoch"));
        }

        @Override
        public ExampleStream open(StreamShare share) {
            opened++;
            List<Integer> own = IntStream.range(0, EXAMPLES)
                    .map(i -> (int) (i + share.seed() + share.epoch()) % EXAMPLES)
                    .filter(i -> i % share.worldSize() == share.rank())
                    .boxed()
                    .toList();
            return new ExampleStream() {
                private int at;

                @Override
                public boolean next(Batch into, int place) {
                    if (at == own.size()) {
                        return false;
                    }
                    made++;
                    into.column(Batch.FEATURES).putFloats(place, own.get(at++));
                    into.column("epoch").putInts(place, (int) share.epoch());
                    return true;
                }

                @Override
                public long skip(long examples) {
                    int skipped = skips ? (int) Math.min(examples, own.size() - at) : 0;
                    at += skipped;
                    return skipped;
                }

                @Override
                public void close() {
                    closed++;
                }
            };
        }
    }

    @Test
    void everyRankReadsItsShareAgainAndAgainInFullBatches() {
        for (int worldSize : new int[] {1, 2, 3}) {
            List<Integer> firstEpoch = new ArrayList<>();
            for (int rank = 0; rank < worldSize; rank++) {
                ExampleRange slice = ExampleRange.shard(GLOBAL_BATCH, rank, worldSize);
                try (var loader = training(new Numbers(false), rank, worldSize, 0)) {
                    for (int step = 0; step < 6; step++) {
                        Batch batch = loader.next();
                        assertThat(batch.size()).isEqualTo(slice.size());
                        assertThat(batch.firstExample()).isEqualTo(slice.start());
                        for (int i = 0; i < batch.size(); i++) {
                            if (batch.column("epoch").ints().get(i) == 0) {
                                firstEpoch.add((int)
                                        batch.column(Batch.FEATURES).floats().get(i));
                            }
                        }
                    }
                }
            }
            assertThat(firstEpoch)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, EXAMPLES).boxed().toList());
        }
    }

    @Test
    void aRunThatGoesOnReadsWhatItWouldHaveRead() {
        for (boolean skips : new boolean[] {false, true}) {
            try (var whole = training(new Numbers(skips), 1, 2, 0)) {
                for (int step = 0; step < 9; step++) {
                    float[] expected = BatchLoaderTest.features(whole.next());
                    var again = new Numbers(skips);
                    try (var resumed = training(again, 1, 2, step)) {
                        assertThat(BatchLoaderTest.features(resumed.next()))
                                .as("step %d", step)
                                .isEqualTo(expected);
                    }
                    assertThat(again.closed).as("closed by the loader").isEqualTo(again.opened);
                    assertThat(again.made).as("made, of step %d", step).isLessThan(skips ? 20 : 100);
                }
            }
        }
    }

    @Test
    void aTestReadsEachExampleOnceAndFindsTheEnd() {
        for (int batch : new int[] {1, 4, EXAMPLES, 50}) {
            List<Integer> seen = new ArrayList<>();
            try (var loader = BatchLoader.evaluation(new Numbers(false), 0, 1, batch, OPTIONS)) {
                while (loader.hasNext()) {
                    Batch next = loader.next();
                    assertThat(next.firstExample()).isEqualTo(seen.size());
                    for (float value : BatchLoaderTest.features(next)) {
                        seen.add((int) value);
                    }
                }
                assertThatThrownBy(loader::next).isInstanceOf(java.util.NoSuchElementException.class);
            }
            assertThat(seen)
                    .containsExactlyElementsOf(
                            IntStream.range(0, EXAMPLES).boxed().toList());
        }
    }

    @Test
    void aRankWithoutExamplesIsNamed() {
        try (var loader = training(new Numbers(false), EXAMPLES, EXAMPLES + 1, 0)) {
            assertThat(loader.next().size()).as("a share of ten examples").isZero();
        }
        try (var loader = BatchLoader.training(new Numbers(false), 0, 100, EXAMPLES, EXAMPLES + 1, 0, OPTIONS)) {
            assertThatThrownBy(loader::next)
                    .isInstanceOf(BatchLoadingException.class)
                    .hasMessageContaining("numbers has no examples for rank 23 of 24");
        }
    }

    private static BatchLoader training(Numbers numbers, int rank, int worldSize, long firstStep) {
        return BatchLoader.training(numbers, 0, GLOBAL_BATCH, rank, worldSize, firstStep, OPTIONS);
    }
}
