package io.lockstep.datasets.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.storage.LocalStorage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedPairsTest {
    private static final int DIGITS = 6;

    @ParameterizedTest
    @ValueSource(strings = {"reverse", "sort"})
    void theDecoderReadsTheAnswerOneStepLate(String name) throws Exception {
        DataSource source =
                new DataCatalog(new LocalStorage(), "nowhere", new TextOptions(2 * DIGITS, false)).resolve(name);
        assertThat(source.shape()).isEqualTo(new ImageShape(1, 2 * DIGITS, 1));
        assertThat(source.classes()).isEqualTo(11);
        Dataset set = source.read(Split.TEST, new ExampleRange(3, 40));
        assertThat(Arrays.stream(set.classCounts()).sum()).isEqualTo(37 * DIGITS);
        try (BatchLoader loader = BatchLoader.evaluation(set, 10, LoaderOptions.of(set.normalization()))) {
            while (loader.hasNext()) {
                Batch batch = loader.next();
                for (int n = 0; n < batch.size(); n++) {
                    int first = n * 2 * DIGITS;
                    List<Integer> read = IntStream.range(first, first + 2 * DIGITS)
                            .mapToObj(i -> (int) batch.features().getFloat(i * Float.BYTES))
                            .toList();
                    List<Integer> labels = IntStream.range(n * DIGITS, (n + 1) * DIGITS)
                            .mapToObj(i -> batch.labels().get(i))
                            .toList();
                    List<Integer> expected = new ArrayList<>(read.subList(0, DIGITS));
                    if (name.equals("sort")) {
                        Collections.sort(expected);
                    } else {
                        Collections.reverse(expected);
                    }
                    assertThat(labels)
                            .isEqualTo(expected)
                            .allSatisfy(label -> assertThat(label).isBetween(1, 10));
                    assertThat(read.get(DIGITS)).isZero();
                    assertThat(read.subList(DIGITS + 1, 2 * DIGITS)).isEqualTo(labels.subList(0, DIGITS - 1));
                }
            }
        }
    }

    @Test
    void anOddLengthIsRefused() {
        assertThatThrownBy(
                        () -> new DataCatalog(new LocalStorage(), "nowhere", new TextOptions(7, false)).resolve("sort"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("must be even");
    }
}
