package io.lockstep.dl4jmasters;

import io.lockstep.training.Strategy;
import java.util.Arrays;
import java.util.Optional;

/** DL4J's masters, by the words that a setting gives them. */
public enum MasterStrategy {
    /** ParameterAveragingTrainingMaster: synchronous; over Spark's broadcast and treeAggregate. */
    PARAMETER_AVERAGING("dl4j-parameter-averaging"),
    /** SharedTrainingMaster: asynchronous, after Strom 2015; over DL4J's own unauthenticated Aeron mesh. */
    GRADIENT_SHARING("dl4j-gradient-sharing");

    private final String word;

    MasterStrategy(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /** What a run's options have for these strategies: it has their word, and no rank can make one of it. */
    public Strategy.Factory factory() {
        return new OnDriver(this);
    }

    private record OnDriver(MasterStrategy strategy) implements Strategy.Factory {
        @Override
        public String name() {
            return strategy.word();
        }

        @Override
        public Strategy create(Strategy.Setup setup) {
            throw new UnsupportedOperationException(
                    strategy.word() + " is run by MasterRun on the driver, not by ranks");
        }
    }

    /** Empty for strategies of Lockstep's own. */
    public static Optional<MasterStrategy> of(String word) {
        return Arrays.stream(values())
                .filter(strategy -> strategy.word.equals(word))
                .findFirst();
    }
}
