package io.lockstep.training.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketsTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "7, 2, 3", "8, 2, 3", "100, 1, 1000", "100, 1000, 1", "4096, 256, 1024"})
    void bucketsCoverTheVectorOnceFromItsEnd(long elements, long first, long each) {
        Buckets buckets = new Buckets(elements, first, each);

        assertThat(buckets.get(0).end()).isEqualTo(elements);
        assertThat(buckets.get(0).size()).isEqualTo(Math.min(first, elements));
        for (int i = 1; i < buckets.count(); i++) {
            assertThat(buckets.get(i).end()).isEqualTo(buckets.get(i - 1).start());
            assertThat(buckets.get(i).size()).isBetween(1L, each);
        }
        assertThat(buckets.get(buckets.count() - 1).start()).isZero();
    }
}
