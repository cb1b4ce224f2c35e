package io.lockstep.training.strategies;

import io.lockstep.collectives.WireType;
import io.lockstep.training.Strategy;

/** The strategies by the words that choose them, with what can be chosen in each. */
public final class Strategies {
    private Strategies() {}

    /**
     * {@link DistributedDataParallel}.
     *
     * @param overlap exchange buckets while backward goes on, and not after it
     */
    public record Ddp(BucketSize bucket, WireType wire, boolean overlap) implements Strategy.Factory {
        @Override
        public String name() {
            return DistributedDataParallel.NAME;
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            return new DistributedDataParallel(setup, bucket.resolve(setup), wire, overlap);
        }
    }

    /**
     * {@link DataParallel}.
     *
     * @param overlap reduce buckets while backward goes on, and not after it
     */
    public record Dp(BucketSize bucket, boolean overlap) implements Strategy.Factory {
        @Override
        public String name() {
            return DataParallel.NAME;
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            return new DataParallel(setup, bucket.resolve(setup), overlap);
        }
    }

    /** {@link ParameterAveraging}. */
    public record Averaging(int period, int fromEpoch, boolean averageUpdaterState) implements Strategy.Factory {
        @Override
        public String name() {
            return ParameterAveraging.NAME;
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            return new ParameterAveraging(setup, period, fromEpoch, averageUpdaterState);
        }
    }

    /** {@link GradientSharing}. */
    public record Sharing(GradientSharing.Options options) implements Strategy.Factory {
        @Override
        public String name() {
            return GradientSharing.NAME;
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            return new GradientSharing(setup, options);
        }
    }
}
