package io.lockstep.training.strategies;

import io.lockstep.collectives.PreparedWork;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * {@code dp}: DataParallel's way. Dense gradients are reduced at rank 0, every step, in buckets while backward goes on;
 * rank 0 alone runs the updater, and broadcasts the parameters.
 *
 * <p>Of a vector of S bytes, rank 0's link carries 2 (n-1) S a step, where {@code ddp}'s ring carries 2 (n-1)/n S; and
 * nothing hides the way back. The result is the same, since a mean gradient is a mean gradient.
 */
public final class DataParallel implements Strategy {
    /** How it is chosen. */
    public static final StrategyKind KIND = new StrategyKind() {
        @Override
        public String word() {
            return NAME;
        }

        @Override
        public String meaning() {
            return "reduced at rank 0, which updates and broadcasts parameters";
        }

        @Override
        public List<StrategySetting<?>> settings() {
            return List.of(DistributedDataParallel.BUCKET_BYTES, DistributedDataParallel.OVERLAP);
        }

        @Override
        public boolean central() {
            return true;
        }

        @Override
        public boolean stepsTogether() {
            return true;
        }

        @Override
        public Options factory(Asked asked) {
            return Options.of(asked);
        }
    };

    private static final String NAME = "dp";

    private static final int ROOT = 0;

    private final Trainee trainee;
    private final ProcessGroup group;
    private final Optimizer optimizer;
    private final GradientBuckets buckets;
    /** One float that travels before the parameters: whether there is an update in them. */
    private final ByteBuffer applied = FlatBuffers.allocate(1);

    private final PreparedWork tell;
    private final PreparedWork place;

    /**
     * What makes it on a rank.
     *
     * @param overlap reduce buckets while backward goes on, and not after it
     */
    public record Options(BucketSize bucket, boolean overlap) implements Strategy.Factory {
        static Options of(Asked asked) {
            return new Options(
                    asked.get(DistributedDataParallel.BUCKET_BYTES), DistributedDataParallel.overlaps(asked));
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            return new DataParallel(setup, bucket.resolve(setup), overlap);
        }
    }

    /**
     * @param bucketBytes bytes reduced together; the first bucket of a step is a quarter of that
     * @param overlap reduce buckets while backward goes on, and not after it
     */
    public DataParallel(Setup setup, int bucketBytes, boolean overlap) {
        trainee = setup.trainee();
        group = setup.group();
        optimizer = new Optimizer(trainee, setup.clipNorm());
        buckets = new GradientBuckets(
                trainee, bucketBytes, overlap, bucket -> group.prepareReduce(bucket, Reduction.SUM, ROOT));
        tell = group.prepareBroadcast(applied, ROOT);
        place = group.prepareBroadcast(trainee.parameters(), ROOT);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void placeParameters() {
        InitialBroadcast.run(trainee, group);
    }

    @Override
    public GradientListener begin(Step step) {
        return buckets.begin(step, 1);
    }

    @Override
    public Exchange finish(Step step) {
        long reduceWait = buckets.await();
        long reduced = System.nanoTime();
        if (group.rank() == ROOT) {
            applied.putFloat(0, optimizer.apply(step, 1f / step.globalExamples(), step.globalExamples()) ? 1 : 0);
            trainee.toHost();
        }
        long updated = System.nanoTime();
        tell.start();
        place.start();
        tell.await();
        place.await();
        if (group.rank() != ROOT) {
            trainee.fromHost();
        }
        return new Exchange(
                reduceWait + System.nanoTime() - updated,
                buckets.communicationNanos() + tell.durationNanos() + place.durationNanos(),
                updated - reduced,
                applied.getFloat(0) == 0,
                true);
    }
}
