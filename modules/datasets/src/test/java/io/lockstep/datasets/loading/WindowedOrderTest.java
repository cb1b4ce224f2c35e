package io.lockstep.datasets.loading;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.BlockedDataset;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowedOrderTest {
    /** Blocks of 3, 4, 5, 3, 4, 5 ... examples, which notes what is read. */
    private static final class Blocks implements BlockedDataset {
        private final int[] firstExamples;
        private final int window;
        private final List<Integer> loaded = new ArrayList<>();

        Blocks(int blocks, int window) {
            firstExamples = new int[blocks + 1];
            for (int i = 0; i < blocks; i++) {
                firstExamples[i + 1] = firstExamples[i] + 3 + i % 3;
            }
            this.window = window;
        }

        @Override
        public String name() {
            return "blocks";
        }

        @Override
        public List<Field> fields() {
            return List.of(Field.int32("labels"));
        }

        @Override
        public int examples() {
            return firstExamples[blocks()];
        }

        @Override
        public int blocks() {
            return firstExamples.length - 1;
        }

        @Override
        public int firstExample(int block) {
            return firstExamples[block];
        }

        @Override
        public int window() {
            return window;
        }

        @Override
        public void load(int block) {
            loaded.add(block);
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return (example, epoch, into, place) -> into.column("labels").ints().put(place, example);
        }

        int blockOf(int example) {
            return (int) IntStream.range(1, firstExamples.length)
                    .filter(i -> firstExamples[i] <= example)
                    .count();
        }
    }

    private static int[] pass(ExampleOrder order, long epoch, int examples) {
        return IntStream.range(0, examples)
                .map(place -> order.example(epoch, place))
                .toArray();
    }

    @ParameterizedTest(name = "{0} blocks, {1} shuffled together")
    @CsvSource({"2,1", "7,1", "7,2", "20,3", "31,8", "100,7"})
    void anEpochHasEveryExampleOnceAndDrawsFromOneWindowAfterTheOther(int blocks, int window) {
        var set = new Blocks(blocks, window);
        var order = new WindowedOrder(set, 5);
        for (long epoch = 0; epoch < 3; epoch++) {
            int[] pass = pass(order, epoch, set.examples());
            assertThat(IntStream.of(pass).sorted())
                    .containsExactlyElementsOf(
                            IntStream.range(0, set.examples()).boxed().toList());
            List<Integer> entered = new ArrayList<>();
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < pass.length; i++) {
                int block = set.blockOf(pass[i]);
                if (!entered.contains(block)) {
                    entered.add(block);
                }
                boolean last =
                        IntStream.range(i + 1, pass.length).noneMatch(later -> set.blockOf(pass[later]) == block);
                assertThat(entered.size() - left.size()).isLessThanOrEqualTo(window);
                if (last) {
                    left.add(block);
                }
            }
        }
    }

    @Test
    void epochsAndSeedsHaveOrdersOfTheirOwnThatNeverChange() {
        var set = new Blocks(12, 3);
        int[] first = pass(new WindowedOrder(set, 1), 0, set.examples());
        assertThat(pass(new WindowedOrder(set, 1), 0, set.examples())).isEqualTo(first);
        assertThat(pass(new WindowedOrder(set, 1), 1, set.examples())).isNotEqualTo(first);
        assertThat(pass(new WindowedOrder(set, 2), 0, set.examples())).isNotEqualTo(first);
        // a change would make every checkpoint resume on other data
        assertThat(IntStream.of(first).limit(12)).containsExactly(47, 45, 28, 27, 42, 46, 41, 40, 29, 43, 39, 44);
    }

    @Test
    void anyPlaceCanBeTheFirstThatIsAskedFor() {
        var set = new Blocks(40, 4);
        int[] pass = pass(new WindowedOrder(set, 9), 2, set.examples());
        for (int place = 0; place < pass.length; place += 7) {
            assertThat(new WindowedOrder(set, 9).example(2, place)).isEqualTo(pass[place]);
        }
    }

    @Test
    void theNextWindowIsReadWhileOneIsDrawnAlsoOverTheEndOfAnEpoch() {
        var set = new Blocks(12, 3);
        var order = new WindowedOrder(set, 3);
        List<Integer> drawn = new ArrayList<>();
        for (long epoch = 0; epoch < 2; epoch++) {
            for (int place = 0; place < set.examples(); place++) {
                int block = set.blockOf(order.example(epoch, place));
                int done = (int) epoch * set.examples() + place;
                if (done >= set.examples() / 3) { // the first window of all was not announced
                    assertThat(set.loaded).contains(block);
                }
                drawn.add(block);
                order.readAhead(epoch, place + 1);
            }
        }
        assertThat(set.loaded.subList(0, 9)).doesNotHaveDuplicates();
        assertThat(set.loaded).hasSize(9 + 12 + 3);
    }

    @Test
    void aSetThatIsOneWindowIsShuffledAsAWhole() {
        var set = new Blocks(4, 4);
        var sampler = new Sampler(42, set.examples(), 4);
        assertThat(pass(ExampleOrder.of(set, sampler), 0, set.examples())).isEqualTo(sampler.permutation(0));
    }

    @ParameterizedTest(name = "from {0} ranks to {1}")
    @CsvSource({"1,1", "1,3", "2,3", "3,1", "3,2"})
    void aRunThatGoesOnWithOtherRanksInMidEpochDrawsExactlyWhatIsLeft(int before, int after) {
        var set = new Blocks(20, 3);
        var sampler = new Sampler(7, set.examples(), 6);
        int stop = sampler.stepsPerEpoch() / 2;
        List<Integer> drawn = new ArrayList<>();
        draw(set, sampler, before, 0, stop, drawn);
        draw(set, sampler, after, stop, sampler.stepsPerEpoch(), drawn);
        List<Integer> through = new ArrayList<>();
        draw(set, sampler, 1, 0, sampler.stepsPerEpoch(), through);
        assertThat(drawn).isEqualTo(through);
        assertThat(drawn.stream().sorted())
                .containsExactlyElementsOf(
                        IntStream.range(0, set.examples()).boxed().toList());
    }

    private static void draw(Blocks set, Sampler sampler, int ranks, int from, int to, List<Integer> drawn) {
        List<BatchLoader> loaders = new ArrayList<>();
        try {
            for (int rank = 0; rank < ranks; rank++) {
                loaders.add(
                        BatchLoader.training(set, sampler, rank, ranks, from, LoaderOptions.of(Normalization.unit(1))));
            }
            for (int step = from; step < to; step++) {
                for (BatchLoader loader : loaders) {
                    var labels = loader.next().labels();
                    for (int i = 0; i < labels.limit(); i++) {
                        drawn.add(labels.get(i));
                    }
                }
            }
        } finally {
            loaders.forEach(BatchLoader::close);
        }
    }
}
