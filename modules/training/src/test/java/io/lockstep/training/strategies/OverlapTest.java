package io.lockstep.training.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OverlapTest {
    private static final long MB = 1_000_000;
    /** 1 ms a MB, nothing for a start. */
    private static final Link PLAIN = new Link(0, 1);

    @Test
    void oneBucketOverlapsWithNothingButItsFirstQuarter() {
        // a quarter is ready after a quarter of backward; the rest starts at its end
        assertThat(new Overlap(8 * MB, 8 * MB, 10e6, PLAIN).exposedNanos()).isCloseTo(6e6, within(1.0));
    }

    @Test
    void aFastLinkLeavesTheLastBucket() {
        assertThat(new Overlap(8 * MB, 1 * MB, 80e6, PLAIN).exposedNanos()).isCloseTo(0.75e6, within(1.0));
    }

    @Test
    void aSlowLinkLeavesWhatBackwardCannotCover() {
        // the second bucket is ready after 0.625 ms of 4 ms; from there on the link has 7.75 MB to carry
        assertThat(new Overlap(8 * MB, 1 * MB, 4e6, PLAIN).exposedNanos())
                .isCloseTo(0.625e6 + 7.75e6 - 4e6, within(1.0));
    }

    @Test
    void manySmallBucketsPayForTheirStarts() {
        Link slowToStart = new Link(1e6, 1);
        assertThat(new Overlap(8 * MB, MB / 8, 4e6, slowToStart).exposedNanos())
                .isGreaterThan(new Overlap(8 * MB, 2 * MB, 4e6, slowToStart).exposedNanos());
    }
}
