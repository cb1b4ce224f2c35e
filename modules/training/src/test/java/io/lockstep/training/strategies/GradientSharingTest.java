package io.lockstep.training.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.Batch;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.Range;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is sent and what is kept, with gradients that are whole numbers of 1/64, so that sums are exact. */
class GradientSharingTest {
    private static final int ELEMENTS = 5000;
    private static final Range STATISTICS = new Range(100, 110);
    private static final int STEPS = 6;

    @ParameterizedTest
    @CsvSource({"1, 0.001", "2, 0.001", "3, 0.02", "4, 0.5"})
    void whatWasSentAndTheResidualsAreTheGradientsExactly(int worldSize, double density) throws Exception {
        var options = new GradientSharing.Options(density, 0, 0, 0, 0);
        List<Rank> ranks = run(worldSize, options, 1);

        for (int element = 0; element < ELEMENTS; element++) {
            double given = 0;
            double kept = 0;
            for (Rank rank : ranks) {
                given += rank.given[element];
                kept += rank.residual(element);
            }
            if (element >= STATISTICS.start() && element < STATISTICS.end()) {
                assertThat(kept).isZero();
            } else {
                assertThat(ranks.get(0).applied[element] + kept)
                        .as("element %d", element)
                        .isEqualTo(given);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2", "3"})
    void runningStatisticsAreTheirMeanAndNotEncoded(int worldSize) throws Exception {
        List<Rank> ranks = run(worldSize, new GradientSharing.Options(0.01, 0, 0, 0, 0), worldSize);

        for (long element = STATISTICS.start(); element < STATISTICS.end(); element++) {
            double mean = 0;
            for (Rank rank : ranks) {
                mean += rank.given[(int) element] / worldSize;
            }
            assertThat(ranks.get(0).applied[(int) element])
                    .isCloseTo(mean, org.assertj.core.api.Assertions.within(1e-5 * (1 + Math.abs(mean))));
        }
    }

    @ParameterizedTest
    @CsvSource({"2", "3"})
    void momentumCorrectionIsNesterovsMomentumBeforeAnythingIsSent(int worldSize) throws Exception {
        float momentum = 0.5f;
        // a threshold that nothing reaches, so that the residual is all that the steps would have moved by
        List<Rank> ranks = run(worldSize, new GradientSharing.Options(0.01, 1e6, 0, 0, momentum), 1);

        for (Rank rank : ranks) {
            for (int element = 0; element < 100; element++) {
                double velocity = 0;
                double moved = 0;
                for (int step = 0; step < STEPS; step++) {
                    velocity = momentum * velocity + rank.gradient(step, element);
                    moved += momentum * velocity + rank.gradient(step, element);
                }
                assertThat(rank.residual(element)).isEqualTo((float) moved);
            }
        }
    }

    private static List<Rank> run(int worldSize, GradientSharing.Options options, int globalExamples) throws Exception {
        List<ProcessGroup> groups = ProcessGroups.inProcess(worldSize, Duration.ofMinutes(10));
        ExecutorService threads = Executors.newFixedThreadPool(worldSize);
        List<Future<Rank>> running = new ArrayList<>();
        for (ProcessGroup group : groups) {
            running.add(threads.submit(() -> {
                try (group) {
                    Rank rank = new Rank(group, options);
                    for (int step = 0; step < STEPS; step++) {
                        rank.step(step, globalExamples);
                    }
                    return rank;
                }
            }));
        }
        List<Rank> ranks = new ArrayList<>();
        for (Future<Rank> each : running) {
            ranks.add(each.get());
        }
        threads.shutdownNow();
        return ranks;
    }

    /** A replica whose gradients are made up and which only adds up what it is to apply. */
    private static final class Rank implements Trainee {
        final double[] given = new double[ELEMENTS];
        final double[] applied = new double[ELEMENTS];
        private final int rank;
        private final GradientSharing strategy;
        private final ByteBuffer parameters = FlatBuffers.allocate(ELEMENTS);
        private final ByteBuffer gradients = FlatBuffers.allocate(ELEMENTS);
        private final ByteBuffer none = FlatBuffers.allocate(0);

        Rank(ProcessGroup group, GradientSharing.Options options) {
            rank = group.rank();
            strategy = new GradientSharing(new Strategy.Setup(this, group, 0, null), options);
            strategy.placeParameters();
        }

        float gradient(int step, int element) {
            Random random = new Random(31L * step + 7919L * element + rank);
            random.nextInt();
            return (random.nextInt(2001) - 1000) / 64f;
        }

        void step(int index, int globalExamples) {
            Step step = new Step(index, 0, 1, globalExamples, 1, false, false);
            for (int i = 0; i < ELEMENTS; i++) {
                gradients.putFloat(4 * i, gradient(index, i));
                given[i] += gradient(index, i);
            }
            strategy.begin(step).gradientsReadyFrom(0);
            assertThat(strategy.finish(step).skipped()).isFalse();
        }

        float residual(int element) {
            return strategy.rankState().get(1).getFloat(4 * element);
        }

        @Override
        public ByteBuffer parameters() {
            return parameters;
        }

        @Override
        public ByteBuffer gradients() {
            return gradients;
        }

        @Override
        public ByteBuffer updaterState() {
            return none;
        }

        @Override
        public List<Range> statistics() {
            return List.of(STATISTICS);
        }

        @Override
        public String layerAt(long element) {
            return "all";
        }

        @Override
        public BatchResult forwardBackward(Batch batch, long randomSeed, GradientListener listener) {
            throw new UnsupportedOperationException("gradients are made up");
        }

        @Override
        public void update(long step, int epoch, double learningRate) {
            for (int i = 0; i < ELEMENTS; i++) {
                applied[i] += gradients.getFloat(4 * i);
            }
        }
    }
}
