package io.lockstep.training.strategies;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Work;
import io.lockstep.kernels.FlatVectors;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.RunningStatistics;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import io.lockstep.training.settings.Parsers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * {@code parameter-averaging}: every rank trains alone on its share of the batches, and every so many steps parameters,
 * running statistics and, by choice, updater state are averaged by all-reduce (local SGD: Stich 2019; with a period of 1
 * until a given epoch it is post-local SGD, Lin et al. 2020).
 *
 * <p>Averages are weighted by the examples that each rank has trained on since the last one. The end of an epoch and of
 * the run is always averaged, so that what is tested and saved is the mean. Between two averages replicas differ.
 */
public final class ParameterAveraging implements Strategy {
    public static final StrategySetting<Integer> PERIOD = StrategySetting.of(
                    "averaging-period",
                    "4",
                    "parameter-averaging: average every N steps, and at the end of each epoch.",
                    Parsers.int32(1, Integer.MAX_VALUE))
            .forSeveralWorkers();

    public static final StrategySetting<Integer> FROM_EPOCH = StrategySetting.of(
                    "averaging-from-epoch",
                    "0",
                    "parameter-averaging: average after every step during the first N epochs, and only then every "
                            + "averaging-period steps (post-local SGD).",
                    Parsers.int32(0, Integer.MAX_VALUE))
            .forSeveralWorkers();

    public static final StrategySetting<Boolean> UPDATER_STATE = StrategySetting.of(
                    "average-updater-state",
                    "true",
                    "parameter-averaging: average the optimizer's state (momentum and the like) too. false: each worker "
                            + "keeps its own.",
                    Parsers.bool())
            .notWhere(asked -> !asked.updaterHasState(), "is for updaters with a state, which UPDATER has not")
            .forSeveralWorkers();

    /** How it is chosen. */
    public static final StrategyKind KIND = new StrategyKind() {
        @Override
        public String word() {
            return NAME;
        }

        @Override
        public String meaning() {
            return "every averaging-period steps";
        }

        @Override
        public List<StrategySetting<?>> settings() {
            return List.of(PERIOD, FROM_EPOCH, UPDATER_STATE);
        }

        @Override
        public Optional<StrategySetting<Integer>> period() {
            return Optional.of(PERIOD);
        }

        @Override
        public Options factory(Asked asked) {
            return new Options(asked.get(PERIOD), asked.get(FROM_EPOCH), asked.get(UPDATER_STATE));
        }
    };

    private static final String NAME = "parameter-averaging";

    private static final GradientListener NOBODY = watermark -> {};

    private final FlatVectors vectors = FlatVectors.get();
    private final Trainee trainee;
    private final ProcessGroup group;
    private final Optimizer optimizer;
    private final RunningStatistics statistics;
    private final int period;
    private final int fromEpoch;
    private final boolean averageUpdaterState;

    /** The parameters of the last average. Ranks exchange what was learnt since: rounding then never adds up. */
    private final ByteBuffer anchor;

    private long localExamples;
    private long globalExamples;

    /** What makes it on a rank. */
    public record Options(int period, int fromEpoch, boolean averageUpdaterState) implements Strategy.Factory {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            return new ParameterAveraging(setup, period, fromEpoch, averageUpdaterState);
        }
    }

    /**
     * @param period steps from one averaging to the next
     * @param fromEpoch until this epoch the period is 1
     * @param averageUpdaterState momentum and the like are averaged too; otherwise each rank goes on with its own
     */
    public ParameterAveraging(Setup setup, int period, int fromEpoch, boolean averageUpdaterState) {
        trainee = setup.trainee();
        group = setup.group();
        optimizer = new Optimizer(trainee, setup.clipNorm());
        statistics = new RunningStatistics(trainee);
        this.period = period;
        this.fromEpoch = fromEpoch;
        this.averageUpdaterState = averageUpdaterState && trainee.updaterState().limit() > 0;
        anchor = FlatBuffers.allocate(FlatBuffers.elements(trainee.parameters()));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void placeParameters() {
        InitialBroadcast.run(trainee, group);
        trainee.toHost();
        copy(trainee.parameters(), anchor);
    }

    @Override
    public GradientListener begin(Step step) {
        return NOBODY;
    }

    @Override
    public Exchange finish(Step step) {
        long start = System.nanoTime();
        // a rank without examples in this step has nothing to learn; its weight in the average is less by that
        boolean skipped = step.localExamples() > 0 && !update(step);
        localExamples += step.localExamples();
        globalExamples += step.globalExamples();
        if (!isDue(step)) {
            return new Exchange(0, 0, System.nanoTime() - start, skipped, group.worldSize() == 1);
        }
        return average((float) ((double) localExamples / globalExamples), start, skipped);
    }

    private boolean update(Step step) {
        statistics.begin();
        statistics.scaleFrom(0, step.localExamples());
        return optimizer.apply(step, 1f / step.localExamples(), step.localExamples());
    }

    private Exchange average(float weight, long start, boolean skipped) {
        localExamples = 0;
        globalExamples = 0;
        if (group.worldSize() == 1) {
            return new Exchange(0, 0, System.nanoTime() - start, skipped, true);
        }
        trainee.toHost();
        ByteBuffer parameters = trainee.parameters();
        vectors.addScaled(parameters, -1, anchor);
        Work learnt = sum(parameters, weight);
        Work state = averageUpdaterState ? sum(trainee.updaterState(), weight) : Work.completed();
        long updated = System.nanoTime();
        learnt.await();
        state.await();
        long waited = System.nanoTime() - updated;
        vectors.addScaled(parameters, 1, anchor);
        copy(parameters, anchor);
        trainee.fromHost();
        long communication = learnt.durationNanos() + state.durationNanos();
        return new Exchange(waited, communication, System.nanoTime() - start - waited, skipped, true);
    }

    private Work sum(ByteBuffer values, float weight) {
        vectors.scale(values, weight);
        return group.allReduce(values, Reduction.SUM);
    }

    private boolean isDue(Step step) {
        boolean everyStep = step.epoch() < fromEpoch;
        return everyStep || (step.index() + 1) % period == 0 || step.endOfEpoch() || step.endOfRun();
    }

    private static void copy(ByteBuffer from, ByteBuffer to) {
        to.duplicate().put(from.duplicate());
    }

    @Override
    public List<ByteBuffer> rankState() {
        if (averageUpdaterState || trainee.updaterState().limit() == 0) {
            return List.of();
        }
        trainee.toHost();
        return List.of(trainee.updaterState());
    }

    @Override
    public void loadRankStates(List<byte[]> states) {
        if (!states.isEmpty() && !rankState().isEmpty()) {
            trainee.toHost();
            trainee.updaterState().duplicate().put(states.get(0));
            trainee.fromHost();
        }
    }
}
