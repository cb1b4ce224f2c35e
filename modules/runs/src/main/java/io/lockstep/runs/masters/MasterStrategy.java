package io.lockstep.runs.masters;

import io.lockstep.training.Strategy;
import io.lockstep.training.strategies.Asked;
import io.lockstep.training.strategies.ParameterAveraging;
import io.lockstep.training.strategies.StrategyKind;
import io.lockstep.training.strategies.StrategySetting;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** DL4J's masters, by the words that a setting gives them. */
public enum MasterStrategy implements StrategyKind {
    /** ParameterAveragingTrainingMaster: synchronous; over Spark's broadcast and treeAggregate. */
    PARAMETER_AVERAGING("dl4j-parameter-averaging", "every averaging-period steps, through the driver") {
        @Override
        public List<StrategySetting<?>> settings() {
            return List.of(ParameterAveraging.PERIOD, ParameterAveraging.UPDATER_STATE);
        }
    },
    /** SharedTrainingMaster: asynchronous, after Strom 2015; over DL4J's own unauthenticated Aeron mesh. */
    GRADIENT_SHARING("dl4j-gradient-sharing", "the largest elements, from each to all, when they are there") {
        @Override
        public List<StrategySetting<?>> settings() {
            return List.of(INSECURE_TRANSPORT);
        }

        @Override
        public void check(Asked asked) {
            if (asked.get(INSECURE_TRANSPORT).equals("false")) {
                throw new IllegalArgumentException(word() + " is refused: DL4J's transport authenticates nobody and"
                        + " deserialises any object it is sent, so whoever reaches its port runs code here; where that is"
                        + " nobody, --set dl4j-insecure-transport=true allows it, on 127.0.0.1");
            }
            super.check(asked);
        }
    };

    private static final Pattern NETWORK =
            Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");

    /** {@code false}, {@code true} or a network. */
    public static final StrategySetting<String> INSECURE_TRANSPORT = StrategySetting.of(
            "dl4j-insecure-transport",
            "false",
            "Allows dl4j-gradient-sharing, whose transport authenticates nobody and deserialises any object it is sent:"
                    + " false; true (on 127.0.0.1); or a trusted network to listen on, like 10.1.0.0/16.",
            falseTrueOrNetwork());

    private final String word;
    private final String meaning;

    MasterStrategy(String word, String meaning) {
        this.word = word;
        this.meaning = meaning;
    }

    @Override
    public String word() {
        return word;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public void check(Asked asked) {
        if (asked.globalBatch() % asked.workers() != 0) {
            throw new IllegalArgumentException("global-batch = " + asked.globalBatch()
                    + " is not a multiple of workers = " + asked.workers() + ": DL4J's workers have one batch size");
        }
    }

    @Override
    public boolean byRanks() {
        return false;
    }

    @Override
    public Strategy.Factory factory(Asked asked) {
        return factory();
    }

    /** What a run's options have for these strategies: it has their word, and no rank can make one of it. */
    public Strategy.Factory factory() {
        return new OnDriver(this);
    }

    /** A network has room for two hosts beside its own address and that of broadcasts: at most 30 bits of prefix. */
    private static Function<String, String> falseTrueOrNetwork() {
        return text -> {
            Matcher network = NETWORK.matcher(text);
            boolean valid = network.matches()
                    && IntStream.rangeClosed(1, 4).allMatch(i -> Integer.parseInt(network.group(i)) <= 255)
                    && Integer.parseInt(network.group(5)) <= 30;
            if (!valid && !text.equals("false") && !text.equals("true")) {
                throw new IllegalArgumentException(
                        "must be false, true or an IPv4 network with a prefix of at most 30 bits, like 10.1.0.0/16");
            }
            return text;
        };
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
