package io.lockstep.training.strategies;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Work;
import io.lockstep.kernels.FlatVectors;
import io.lockstep.kernels.ThresholdCodec;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.Range;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import io.lockstep.training.settings.Parsers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * {@code gradient-sharing}: threshold-encoded gradients with residual, every step (Strom 2015). In order:
 *
 * <ol>
 *   <li>A small all-reduce of the running statistics, which are not encoded, and of the gradients' squares, which tell
 *       whether all are finite.
 *   <li>The rank's part of the mean gradient is added to its residual; with momentum correction it goes through the
 *       momentum first (Lin et al. 2018, section 3.1), and the updater has none.
 *   <li>Elements of the residual that reach the threshold are encoded as plus or minus the threshold ({@link
 *       ThresholdCodec}); the rest waits for a later step.
 *   <li>Messages are all-gathered, and every rank adds them up in the order of ranks: all get the same gradient, and
 *       update alike.
 *   <li>The threshold follows the share of elements that all ranks sent.
 * </ol>
 */
public final class GradientSharing implements Strategy {
    public static final StrategySetting<Double> DENSITY = StrategySetting.of(
            "sharing-density",
            "0.01",
            "gradient-sharing: the fraction of the gradient's elements that a worker sends in a step. The "
                    + "threshold is adjusted to keep to it.",
            Parsers.number(1e-6, 0.5));

    public static final StrategySetting<Double> THRESHOLD = StrategySetting.of(
            "sharing-threshold",
            "0",
            "gradient-sharing: a fixed threshold, in units of the mean gradient. 0: adjust it to sharing-density.",
            Parsers.number(0, 1e6));

    public static final StrategySetting<Integer> WARM_UP_EPOCHS = StrategySetting.of(
                    "sharing-warmup-epochs",
                    "1",
                    "gradient-sharing: the number of epochs over which the density falls from 1/4 to sharing-density.",
                    Parsers.int32(0, Integer.MAX_VALUE))
            .notWhere(
                    asked -> asked.get(THRESHOLD) > 0, "is for a threshold that moves, and sharing-threshold holds it");

    public static final StrategySetting<Double> RESIDUAL_CLIP = StrategySetting.of(
            "sharing-residual-clip",
            "5",
            "gradient-sharing: every 5 steps, clip what was not sent yet to N thresholds. 0: never.",
            Parsers.number(0, 1e6));

    public static final StrategySetting<Boolean> MOMENTUM_CORRECTION = StrategySetting.of(
            "momentum-correction",
            "false",
            "gradient-sharing with updater = nesterovs: apply the momentum before gradients are encoded instead "
                    + "of after.",
            Parsers.bool());

    /** How it is chosen. */
    public static final StrategyKind KIND = new StrategyKind() {
        @Override
        public String word() {
            return NAME;
        }

        @Override
        public String meaning() {
            return "the largest elements, as signs";
        }

        @Override
        public List<StrategySetting<?>> settings() {
            return List.of(DENSITY, THRESHOLD, WARM_UP_EPOCHS, RESIDUAL_CLIP, MOMENTUM_CORRECTION);
        }

        @Override
        public void check(Asked asked) {
            Options.check(asked);
        }

        @Override
        public Options factory(Asked asked) {
            return Options.of(asked);
        }
    };

    private static final String NAME = "gradient-sharing";

    private static final GradientListener NOBODY = watermark -> {};
    /** Of the first epoch of a warm-up, as in Lin et al. 2018, section 3.3. */
    private static final double WARM_UP_DENSITY = 0.25;
    /** Steps between two clippings of the residual; DL4J's default. */
    private static final int CLIP_EVERY = 5;
    /** Most that the threshold changes in a step. */
    private static final double FASTEST_CHANGE = 1.25;

    private final FlatVectors vectors = FlatVectors.get();
    private final ThresholdCodec codec = ThresholdCodec.get();
    private final Trainee trainee;
    private final ProcessGroup group;
    private final Options options;
    private final Optimizer optimizer;
    private final List<ByteBuffer> gradients;
    private final List<ByteBuffer> residuals;
    private final List<ByteBuffer> velocities;
    private final List<ByteBuffer> statistics;
    private final int elements;

    /** As long as the gradient, and 0 at running statistics. */
    private final ByteBuffer residual;
    /** As long as the gradient, or empty without momentum correction. */
    private final ByteBuffer velocity;
    /** The threshold, or 0 before the first step. */
    private final ByteBuffer threshold = FlatBuffers.allocate(1);
    /** All running statistics one behind the other, then the sum of squares. */
    private final ByteBuffer dense;
    /** A chunk a rank. */
    private final ByteBuffer messages;

    /**
     * What makes it on a rank.
     *
     * @param density share of a rank's elements that are sent in a step, in (0, 0.5]
     * @param threshold that stays as it is, in units of the mean gradient; 0: it follows the density
     * @param warmUpEpochs epochs over which the density falls from 1/4
     * @param residualClip residuals are clipped to so many thresholds every 5 steps; 0: never
     * @param momentum of the momentum correction; 0: none
     */
    public record Options(double density, double threshold, int warmUpEpochs, double residualClip, double momentum)
            implements Strategy.Factory {
        static Options of(Asked asked) {
            return new Options(
                    asked.get(DENSITY),
                    asked.get(THRESHOLD),
                    asked.get(WARM_UP_EPOCHS),
                    asked.get(RESIDUAL_CLIP),
                    asked.get(MOMENTUM_CORRECTION) ? asked.momentum() : 0);
        }

        static void check(Asked asked) {
            boolean nesterovs = asked.updater().equals("nesterovs") && asked.momentum() < 1;
            if (asked.get(MOMENTUM_CORRECTION) && !nesterovs) {
                throw new IllegalArgumentException(
                        "momentum-correction takes the momentum of updater = nesterovs out of" + " the updater; with "
                                + asked.updater() + " there is none to take");
            }
            if (asked.isChanged(THRESHOLD) && asked.isChanged(DENSITY)) {
                throw new IllegalArgumentException(
                        "sharing-threshold holds the threshold, sharing-density lets it move: set one of them");
            }
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            return new GradientSharing(setup, this);
        }
    }

    public GradientSharing(Setup setup, Options options) {
        trainee = setup.trainee();
        group = setup.group();
        this.options = options;
        optimizer = new Optimizer(trainee, setup.clipNorm());
        elements = Math.toIntExact(FlatBuffers.elements(trainee.gradients()));
        residual = FlatBuffers.allocate(elements);
        velocity = FlatBuffers.allocate(options.momentum() > 0 ? elements : 0);
        List<Range> parameterRanges = FlatBuffers.parameterRanges(trainee);
        gradients = FlatBuffers.slices(trainee.gradients(), parameterRanges);
        residuals = FlatBuffers.slices(residual, parameterRanges);
        velocities = options.momentum() > 0 ? FlatBuffers.slices(velocity, parameterRanges) : List.of();
        statistics = FlatBuffers.slices(trainee.gradients(), trainee.statistics());
        dense = FlatBuffers.allocate(
                1 + trainee.statistics().stream().mapToLong(Range::size).sum());
        int largest = ThresholdCodec.messageBytes(elements, elements);
        messages = ByteBuffer.allocateDirect(Math.multiplyExact(largest, group.worldSize()))
                .order(ByteOrder.nativeOrder());
        threshold.putFloat(0, ThresholdCodec.exact((float) options.threshold()));
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
        return NOBODY;
    }

    @Override
    public Exchange finish(Step step) {
        long start = System.nanoTime();
        Work statisticsWork = shareStatistics(step);
        long waited = waitFor(statisticsWork);
        double squares = takeStatistics();
        if (!Double.isFinite(squares)) {
            long update = System.nanoTime() - start - waited;
            return new Exchange(waited, statisticsWork.durationNanos(), update, true, true);
        }
        float mean = 1f / step.globalExamples();
        accumulate(mean);
        if (threshold.getFloat(0) == 0 && squares > 0) {
            threshold.putFloat(0, firstThreshold(Math.sqrt(squares / group.worldSize() / elements) * mean, step));
        }
        float sent = Math.max(Float.MIN_NORMAL, threshold.getFloat(0)); // while all gradients were zero: anything
        int count = codec.count(residual, sent);
        long before = System.nanoTime();
        int[] counts = gatherCounts(count);
        waited += System.nanoTime() - before;
        Work gathering = gather(counts, sent);
        waited += waitFor(gathering);
        addUp(counts, sent);
        boolean applied = optimizer.apply(step, 1, step.globalExamples());
        adapt(counts, step);
        long communication = statisticsWork.durationNanos() + gathering.durationNanos();
        return new Exchange(waited, communication, System.nanoTime() - start - waited, !applied, true);
    }

    private static long waitFor(Work work) {
        long start = System.nanoTime();
        work.await();
        return System.nanoTime() - start;
    }

    /** Weighted by examples and divided by all of them, so that their sum is the mean. */
    private Work shareStatistics(Step step) {
        int at = 0;
        for (ByteBuffer each : statistics) {
            vectors.scale(each, (float) step.localExamples() / step.globalExamples());
            dense.put(at, each, 0, each.limit());
            at += each.limit();
        }
        double squares = 0;
        for (ByteBuffer each : gradients) {
            squares += vectors.sumOfSquares(each);
        }
        dense.putFloat(at, (float) squares);
        return group.allReduce(dense, Reduction.SUM);
    }

    /** @return the sum of squares of all ranks' gradients; not finite if one of them, or of the statistics, is not */
    private double takeStatistics() {
        int at = 0;
        for (ByteBuffer each : statistics) {
            each.put(0, dense, at, each.limit());
            at += each.limit();
        }
        return vectors.allFinite(dense) ? dense.getFloat(at) : Double.NaN;
    }

    /** As Nesterov's momentum has it: what a step moves by is the gradient and the momentum that it has just left. */
    private void accumulate(float mean) {
        for (int i = 0; i < gradients.size(); i++) {
            if (options.momentum() > 0) {
                vectors.scale(velocities.get(i), (float) options.momentum());
                vectors.addScaled(velocities.get(i), mean, gradients.get(i));
                vectors.addScaled(residuals.get(i), (float) options.momentum(), velocities.get(i));
            }
            vectors.addScaled(residuals.get(i), mean, gradients.get(i));
        }
    }

    /** Where a normal distribution would have about the share of elements that is wanted. */
    private float firstThreshold(double rootMeanSquare, Step step) {
        double deviations = 0.85 * Math.sqrt(-2 * Math.log(density(step)));
        return ThresholdCodec.exact((float) Math.max(Float.MIN_NORMAL, rootMeanSquare * deviations));
    }

    private double density(Step step) {
        if (step.epoch() >= options.warmUpEpochs()) {
            return options.density();
        }
        double fallen = (double) step.epoch() / options.warmUpEpochs();
        double density = WARM_UP_DENSITY * Math.pow(options.density() / WARM_UP_DENSITY, fallen);
        return Math.max(options.density(), density);
    }

    private int[] gatherCounts(int mine) {
        byte[] record = ByteBuffer.allocate(Integer.BYTES).putInt(mine).array();
        return group.allGatherRecords(record).stream()
                .mapToInt(bytes -> ByteBuffer.wrap(bytes).getInt())
                .toArray();
    }

    /** Bytes of each chunk: the longest message's. */
    private int chunkBytes(int[] counts) {
        int most = 0;
        for (int count : counts) {
            most = Math.max(most, ThresholdCodec.messageBytes(count, elements));
        }
        return most;
    }

    private Work gather(int[] counts, float sent) {
        int chunk = chunkBytes(counts);
        int mine = group.rank() * chunk;
        codec.encode(residual, sent, counts[group.rank()], slice(mine, chunk));
        return group.allGather(slice(0, chunk * group.worldSize()));
    }

    private ByteBuffer slice(int start, int bytes) {
        return messages.slice(start, bytes).order(ByteOrder.nativeOrder());
    }

    private void addUp(int[] counts, float sent) {
        for (ByteBuffer each : gradients) {
            vectors.scale(each, 0); // finite, so this is zero
        }
        int chunk = chunkBytes(counts);
        for (int rank = 0; rank < counts.length; rank++) {
            codec.add(messages, rank * chunk, counts[rank], sent, trainee.gradients());
        }
    }

    private void adapt(int[] counts, Step step) {
        if (options.residualClip() > 0 && threshold.getFloat(0) > 0 && (step.index() + 1) % CLIP_EVERY == 0) {
            vectors.clamp(residual, (float) (options.residualClip() * threshold.getFloat(0)));
        }
        if (options.threshold() > 0 || threshold.getFloat(0) == 0) {
            return;
        }
        long all = 0;
        for (int count : counts) {
            all += count;
        }
        double share = (double) all / counts.length / elements / density(step);
        double factor = Math.min(FASTEST_CHANGE, Math.max(1 / FASTEST_CHANGE, Math.sqrt(share)));
        float next = (float) Math.max(Float.MIN_NORMAL, threshold.getFloat(0) * factor);
        threshold.putFloat(0, ThresholdCodec.exact(next));
    }

    @Override
    public List<ByteBuffer> rankState() {
        return List.of(threshold, residual, velocity);
    }

    /**
     * What former ranks had not sent yet is added up: nothing is lost when there are fewer ranks now.
     *
     * @throws IllegalArgumentException if a state is that of a network of another size
     */
    @Override
    public void loadRankStates(List<byte[]> states) {
        int withoutVelocity = Float.BYTES + residual.limit();
        for (byte[] state : states) {
            if (state.length != withoutVelocity && state.length != withoutVelocity + residual.limit()) {
                throw new IllegalArgumentException("a rank's saved state is " + state.length + " bytes, where "
                        + elements + " parameters have " + withoutVelocity + ", or with momentum "
                        + (withoutVelocity + residual.limit()));
            }
            ByteBuffer saved = ByteBuffer.allocateDirect(state.length).order(ByteOrder.nativeOrder());
            saved.put(0, state);
            threshold.putFloat(0, saved.getFloat(0));
            addSaved(saved, Float.BYTES, residual);
            addSaved(saved, Float.BYTES + residual.limit(), velocity);
        }
        group.broadcast(threshold, 0).await(); // a rank that is new here has none
    }

    private void addSaved(ByteBuffer saved, int at, ByteBuffer to) {
        if (to.limit() > 0 && at + to.limit() <= saved.limit()) {
            vectors.addScaled(to, 1, saved.slice(at, to.limit()).order(ByteOrder.nativeOrder()));
        }
    }
}
