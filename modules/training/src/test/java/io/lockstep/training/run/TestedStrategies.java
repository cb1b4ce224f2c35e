package io.lockstep.training.run;

import io.lockstep.collectives.WireType;
import io.lockstep.training.Strategy;
import io.lockstep.training.strategies.Asked;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DataParallel;
import io.lockstep.training.strategies.DistributedDataParallel;
import io.lockstep.training.strategies.GradientSharing;
import io.lockstep.training.strategies.ParameterAveraging;
import io.lockstep.training.strategies.Strategies;
import java.util.List;
import java.util.stream.Stream;

/** Strategies that tests run, with small buckets and every step exchanged. */
final class TestedStrategies {
    private TestedStrategies() {}

    static final DistributedDataParallel.Options DDP =
            new DistributedDataParallel.Options(BucketSize.ofBytes(4096), WireType.FLOAT32, true);
    static final DataParallel.Options DP = new DataParallel.Options(BucketSize.BY_GRADIENT, true);
    static final ParameterAveraging.Options EVERY_STEP = new ParameterAveraging.Options(1, 0, true);
    static final GradientSharing.Options SHARING = new GradientSharing.Options(0.05, 0, 1, 5, 0);

    /** Whose steps are those of one worker on the whole batch; momentum is linear, so averaging it is too. */
    static Stream<Strategy.Factory> exact() {
        return Stream.of(DDP, DP, EVERY_STEP);
    }

    static Stream<Strategy.Factory> all() {
        List<Strategy.Factory> chosen = chosen().toList();
        return Stream.concat(
                chosen.stream(),
                ofTheTable()
                        .filter(each ->
                                chosen.stream().noneMatch(known -> known.name().equals(each.name()))));
    }

    /** With their defaults, but for those that let another take their place. */
    static Stream<Strategy.Factory> ofTheTable() {
        return Strategies.ALL.stream().filter(kind -> !kind.chooses()).map(kind -> kind.factory(Asked.defaults()));
    }

    static Stream<Strategy.Factory> chosen() {
        return Stream.concat(
                exact(),
                Stream.of(
                        new ParameterAveraging.Options(3, 0, true),
                        new ParameterAveraging.Options(4, 1, false),
                        SHARING,
                        new GradientSharing.Options(0.05, 0, 0, 0, 0.9),
                        new GradientSharing.Options(0.5, 1e-4, 0, 0, 0),
                        new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.BFLOAT16, true),
                        new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.FLOAT16, true)));
    }

    static Stream<Strategy.Factory> dividing() {
        return Stream.of(DDP, DP);
    }
}
