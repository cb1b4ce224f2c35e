package io.lockstep.networks.games;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * A game as a list: what plays, and what is trained in a step, one turn after the other. The loss that a run tells, in
 * training and in tests, is the first turn's; the losses of the DL4J network's own output layers are not looked at.
 *
 * @param given names of values that come from outside the parts, which all turns may read
 * @param measures what is told beside the loss, in this order
 * @param pictures whether the features are pictures that parts draw too, with a tanh: they are given in [-1, 1] then
 */
public record TurnList(
        List<Part> parts, Map<String, Source> given, List<GameTurn> turns, List<Measure> measures, boolean pictures)
        implements Game {
    public TurnList {
        parts = List.copyOf(parts);
        given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
        turns = List.copyOf(turns);
        measures = List.copyOf(measures);
        Set<String> names = new HashSet<>();
        parts.forEach(part -> requireNew(names, "part", part.name()));
        names.clear();
        turns.forEach(turn -> requireNew(names, "turn", turn.name()));
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("a game without a turn trains nothing");
        }
        for (GameTurn turn : turns) {
            new TurnCheck(turn, parts, given.keySet()).require();
        }
        for (Measure measure : measures) {
            if (!names.contains(measure.turn())) {
                throw new IllegalArgumentException(
                        "measure '" + measure.name() + "' is of turn '" + measure.turn() + "', which is not there");
            }
        }
    }

    /** The fewest steps after which all turns have come a whole number of times. */
    public int stepsOfAllTurns() {
        return turns.stream()
                .mapToInt(GameTurn::everySteps)
                .reduce(1, (a, b) -> Math.multiplyExact(a / greatestDivisor(a, b), b));
    }

    private static int greatestDivisor(int a, int b) {
        return b == 0 ? a : greatestDivisor(b, a % b);
    }

    /** Of nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public TurnList in(ComputationGraphConfiguration network) {
        return this;
    }

    /** @throws IllegalArgumentException naming a column that a value is of, and the data do not have */
    public void requireColumns(List<String> columns) {
        given.forEach((value, source) -> source.columns().forEach(column -> {
            if (!columns.contains(column)) {
                throw new IllegalArgumentException("the value '" + value + "' is of the column '" + column
                        + "', which the data do not have; they have " + columns);
            }
        }));
    }

    private static void requireNew(Set<String> names, String what, String name) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("there are two " + what + "s called '" + name + "'");
        }
    }

    /** Puts a game together. */
    public static final class Builder {
        private final List<Part> parts = new ArrayList<>();
        private final Map<String, Source> given = new LinkedHashMap<>();
        private final List<GameTurn> turns = new ArrayList<>();
        private final List<Measure> measures = new ArrayList<>();
        private boolean pictures;

        private Builder() {}

        /** The vertices behind those that are read, up to the one that is given. */
        public Builder part(String name, String gives, String... reads) {
            parts.add(new Part(name, List.of(reads), gives));
            return this;
        }

        public Builder given(String name, Source source) {
            given.put(name, source);
            return this;
        }

        public Builder turn(GameTurn turn) {
            turns.add(turn);
            return this;
        }

        public Builder measure(Measure measure) {
            measures.add(measure);
            return this;
        }

        /** See {@link TurnList#pictures}. */
        public Builder pictures() {
            pictures = true;
            return this;
        }

        /** Where nothing is measured, each loss of each turn is: {@code turn_loss}. */
        public TurnList build() {
            if (measures.isEmpty()) {
                for (GameTurn turn : turns) {
                    for (GameLoss loss : turn.losses()) {
                        String name = turn.name() + "_" + loss.name();
                        measures.add(new Measure.Losses(name, turn.name(), 1, List.of(loss.name())));
                    }
                }
            }
            return new TurnList(parts, given, turns, measures, pictures);
        }
    }
}
