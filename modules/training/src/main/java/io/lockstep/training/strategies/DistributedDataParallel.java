package io.lockstep.training.strategies;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.WireType;
import io.lockstep.training.GradientListener;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import io.lockstep.training.settings.Parsers;
import java.util.List;
import java.util.Locale;

/**
 * {@code ddp}: dense gradients, every step, all-reduced in buckets while backward goes on (Li et al. 2020). Every rank
 * then applies the same update to the same parameters.
 */
public final class DistributedDataParallel implements Strategy {
    public static final StrategySetting<BucketSize> BUCKET_BYTES = StrategySetting.of(
                    "bucket-bytes",
                    "auto",
                    "ddp and dp: how many bytes of gradient are exchanged together. The first bucket of a step is a "
                            + "quarter of that. auto: a quarter of the gradient, but at least 64k and at most 1m. measured: what "
                            + "suits the link and the time of backward, measured before the first step.",
                    BucketSize::parse)
            .forSeveralWorkers();

    public static final StrategySetting<Boolean> OVERLAP = StrategySetting.of(
                    "overlap",
                    "true",
                    "ddp and dp: exchange each bucket of gradients while backward computes the next. false: exchange them "
                            + "after backward, to see what the overlap is worth.",
                    Parsers.bool())
            .forSeveralWorkers();

    public static final StrategySetting<WireType> WIRE = StrategySetting.of(
                    "wire",
                    "float32",
                    "ddp: the number format in which gradients are sent. float32; or bfloat16 or float16, which halve the "
                            + "bytes and round.",
                    Parsers.word("float32", "bfloat16", "float16")
                            .andThen(text -> WireType.valueOf(text.toUpperCase(Locale.ROOT))))
            .forSeveralWorkers();

    /** How it is chosen. */
    public static final StrategyKind KIND = new StrategyKind() {
        @Override
        public String word() {
            return NAME;
        }

        @Override
        public String meaning() {
            return "all-reduce of gradients, overlapped with backward";
        }

        @Override
        public List<StrategySetting<?>> settings() {
            return List.of(BUCKET_BYTES, OVERLAP, WIRE);
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

    private static final String NAME = "ddp";

    private final Trainee trainee;
    private final ProcessGroup group;
    private final WireType wire;
    private final Optimizer optimizer;
    private final GradientBuckets buckets;

    /**
     * What makes it on a rank.
     *
     * @param overlap exchange buckets while backward goes on, and not after it
     */
    public record Options(BucketSize bucket, WireType wire, boolean overlap) implements Strategy.Factory {
        static Options of(Asked asked) {
            return new Options(asked.get(BUCKET_BYTES), asked.get(WIRE), overlaps(asked));
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            return new DistributedDataParallel(setup, bucket.resolve(setup), wire, overlap);
        }
    }

    /** Not beside a batch norm's exchanges: two threads would call collectives, in an order that ranks need not share. */
    static boolean overlaps(Asked asked) {
        return asked.get(OVERLAP) && !asked.syncBatchNorm();
    }

    /**
     * @param bucketBytes bytes reduced together; the first bucket of a step is a quarter of that
     * @param wire how numbers travel; with 16 bits they are divided by the global batch first, as sums over a batch may
     *     leave float16's range
     * @param overlap exchange buckets while backward goes on, and not after it; the bits are the same
     */
    public DistributedDataParallel(Setup setup, int bucketBytes, WireType wire, boolean overlap) {
        trainee = setup.trainee();
        group = setup.group();
        this.wire = wire;
        optimizer = new Optimizer(trainee, setup.clipNorm());
        buckets = new GradientBuckets(
                trainee, bucketBytes, overlap, bucket -> group.prepareAllReduce(bucket, Reduction.SUM, wire));
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
        return buckets.begin(step, wire == WireType.FLOAT32 ? 1 : 1f / step.globalExamples());
    }

    @Override
    public Exchange finish(Step step) {
        long waited = buckets.await();
        long start = System.nanoTime();
        boolean applied =
                optimizer.apply(step, wire == WireType.FLOAT32 ? 1f / step.globalExamples() : 1, step.globalExamples());
        return new Exchange(waited, buckets.communicationNanos(), System.nanoTime() - start, !applied, true);
    }
}
