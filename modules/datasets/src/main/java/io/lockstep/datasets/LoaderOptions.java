package io.lockstep.datasets;

import java.time.Duration;

/**
 * How a {@link io.lockstep.datasets.loading.BatchLoader} makes batches.
 *
 * @param layout of the features
 * @param normalization one mean and deviation for each channel of the set
 * @param augmentation of training batches; evaluation uses none
 * @param buffers batches in memory, at least 2: the one in use and the next
 * @param stallTimeout the longest that {@link io.lockstep.datasets.loading.BatchLoader#next} waits for a batch, and close for
 *     the thread
 * @param skipsUnreadable whether an example that cannot be read is left out of its batch, which is shorter then; otherwise the
 *     loader fails
 */
public record LoaderOptions(
        FeatureLayout layout,
        Normalization normalization,
        Augmentation augmentation,
        int buffers,
        Duration stallTimeout,
        boolean skipsUnreadable) {
    public LoaderOptions {
        if (buffers < 2) {
            throw new IllegalArgumentException(buffers + " buffers; at least 2: one in use, one being filled");
        }
        if (stallTimeout.isZero() || stallTimeout.isNegative()) {
            throw new IllegalArgumentException("stall timeout " + stallTimeout);
        }
    }

    /** NCHW, no augmentation, two buffers, a minute. */
    public static LoaderOptions of(Normalization normalization) {
        return new LoaderOptions(FeatureLayout.NCHW, normalization, Augmentation.NONE, 2, Duration.ofMinutes(1), false);
    }

    public LoaderOptions withLayout(FeatureLayout changed) {
        return new LoaderOptions(changed, normalization, augmentation, buffers, stallTimeout, skipsUnreadable);
    }

    public LoaderOptions withAugmentation(Augmentation changed) {
        return new LoaderOptions(layout, normalization, changed, buffers, stallTimeout, skipsUnreadable);
    }

    public LoaderOptions withBuffers(int changed) {
        return new LoaderOptions(layout, normalization, augmentation, changed, stallTimeout, skipsUnreadable);
    }

    public LoaderOptions withStallTimeout(Duration changed) {
        return new LoaderOptions(layout, normalization, augmentation, buffers, changed, skipsUnreadable);
    }

    public LoaderOptions skippingUnreadable(boolean changed) {
        return new LoaderOptions(layout, normalization, augmentation, buffers, stallTimeout, changed);
    }
}
