package io.lockstep.training.strategies;

import java.util.List;

/** The strategies that ranks run. To add one: its file, and a line here. */
public final class Strategies {
    /** In the order in which they are told. */
    public static final List<StrategyKind> ALL = List.of(
            DistributedDataParallel.KIND, DataParallel.KIND, ParameterAveraging.KIND, GradientSharing.KIND, Auto.KIND);

    private Strategies() {}
}
