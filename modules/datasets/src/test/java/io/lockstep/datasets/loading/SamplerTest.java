package io.lockstep.datasets.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.ExampleRange;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
    private static final int[] WORLD_SIZES = {1, 2, 3, 4, 7};

    @ParameterizedTest(name = "{0} examples, global batch {1}")
    @CsvSource({"1,1", "1,8", "2,8", "6,7", "7,7", "10,4", "100,7", "101,16", "128,64", "1000,333"})
    void everyExampleIsDrawnExactlyOnceAnEpochByAnyWorldSize(int examples, int globalBatch) {
        var sampler = new Sampler(5, examples, globalBatch);
        for (int worldSize : WORLD_SIZES) {
            for (long epoch = 0; epoch < 3; epoch++) {
                List<Integer> drawn = drawnInEpoch(sampler, epoch, worldSize);
                assertThat(drawn).hasSize(examples);
                assertThat(drawn.stream().sorted())
                        .containsExactlyElementsOf(
                                IntStream.range(0, examples).boxed().toList());
            }
        }
    }

    @ParameterizedTest(name = "{0} examples, global batch {1}")
    @CsvSource({"1,8", "10,4", "101,16", "1000,333"})
    void theUnionOverRanksIsTheSameGlobalBatchInTheSameOrder(int examples, int globalBatch) {
        var sampler = new Sampler(9, examples, globalBatch);
        List<Integer> alone = drawnInEpoch(sampler, 1, 1);
        for (int worldSize : WORLD_SIZES) {
            assertThat(drawnInEpoch(sampler, 1, worldSize)).isEqualTo(alone);
        }
    }

    @Test
    void localBatchesDifferByAtMostOneAndAreEmptyWhereThereAreMoreRanksThanExamples() {
        var sampler = new Sampler(0, 10, 4);
        int[][] sizesByStep = {{2, 1, 1}, {2, 1, 1}, {1, 1, 0}};
        for (int step = 0; step < 3; step++) {
            for (int rank = 0; rank < 3; rank++) {
                assertThat(sampler.localSlice(step, rank, 3).size()).isEqualTo(sizesByStep[step][rank]);
            }
        }
        assertThat(sampler.largestLocalBatch(0, 3)).isEqualTo(2);
        assertThat(sampler.largestLocalBatch(2, 3)).isEqualTo(1);
        assertThat(sampler.largestLocalBatch(6, 7)).isZero();
    }

    @Test
    void aGlobalStepIsAnEpochAndAStepInIt() {
        var sampler = new Sampler(0, 10, 4);
        assertThat(sampler.stepsPerEpoch()).isEqualTo(3);
        assertThat(sampler.epoch(7)).isEqualTo(2);
        assertThat(sampler.stepInEpoch(7)).isEqualTo(1);
        assertThat(sampler.globalBatchSize(7)).isEqualTo(4);
        assertThat(sampler.globalBatchSize(8)).isEqualTo(2);
        assertThat(sampler.epoch(3_000_000_000_000L)).isEqualTo(1_000_000_000_000L);
    }

    @Test
    void aGlobalBatchLargerThanTheSetIsOneStepAnEpoch() {
        var sampler = new Sampler(0, 10, Integer.MAX_VALUE);
        assertThat(sampler.stepsPerEpoch()).isEqualTo(1);
        assertThat(sampler.globalBatchSize(0)).isEqualTo(10);
    }

    @Test
    void epochsAndSeedsHaveOrdersOfTheirOwn() {
        var sampler = new Sampler(1, 1000, 10);
        assertThat(sampler.permutation(0)).isNotEqualTo(sampler.permutation(1));
        assertThat(sampler.permutation(0)).isNotEqualTo(new Sampler(2, 1000, 10).permutation(0));
        assertThat(sampler.permutation(3)).isEqualTo(new Sampler(1, 1000, 50).permutation(3));
    }

    /** A change of the generator would make every checkpoint resume on other data. */
    @Test
    void theOrderOfASeedNeverChanges() {
        assertThat(new Sampler(42, 12, 4).permutation(0)).containsExactly(7, 3, 5, 10, 11, 6, 1, 4, 0, 8, 9, 2);
    }

    @Test
    void everyPlaceIsEquallyLikely() {
        int[] counts = new int[10];
        for (long epoch = 0; epoch < 20_000; epoch++) {
            counts[new Sampler(3, 10, 10).permutation(epoch)[7]]++;
        }
        // expected 2000, standard deviation 42
        for (int count : counts) {
            assertThat(count).isBetween(1800, 2200);
        }
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThatThrownBy(() -> new Sampler(0, 0, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Sampler(0, 4, 0)).isInstanceOf(IllegalArgumentException.class);
        var sampler = new Sampler(0, 4, 4);
        assertThatThrownBy(() -> sampler.localSlice(0, 2, 2)).hasMessageContaining("rank 2 of 2");
        assertThatThrownBy(() -> sampler.epoch(-1)).hasMessageContaining("step -1");
    }

    /** In order of step, then rank. */
    private static List<Integer> drawnInEpoch(Sampler sampler, long epoch, int worldSize) {
        int[] order = sampler.permutation(epoch);
        List<Integer> drawn = new ArrayList<>();
        for (int i = 0; i < sampler.stepsPerEpoch(); i++) {
            long step = epoch * sampler.stepsPerEpoch() + i;
            for (int rank = 0; rank < worldSize; rank++) {
                ExampleRange slice = sampler.localSlice(step, rank, worldSize);
                IntStream.range(slice.start(), slice.end()).forEach(at -> drawn.add(order[at]));
            }
        }
        return drawn;
    }
}
