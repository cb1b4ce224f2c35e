package io.lockstep.training.strategies;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A setting of one or several strategies. It stands in the file of the strategy that it is about, and whichever {@link
 * StrategyKind} has it in its list knows it.
 *
 * @param name as one writes it: {@code averaging-period}
 * @param defaultText as one would write it
 * @param meaning one sentence, with the unit
 * @param parser throws {@link IllegalArgumentException} with what is allowed
 * @param unfit runs of these strategies that have no use for it; the first that holds is told
 */
public record StrategySetting<T>(
        String name, String defaultText, String meaning, Function<String, T> parser, List<Unfit> unfit) {

    /**
     * Runs that a setting is not for.
     *
     * @param idle it has nothing to do there, but does no harm; otherwise whoever asks for it is refused
     * @param why goes on behind the setting's name: {@code is for what workers exchange, and there is one}
     */
    public record Unfit(Predicate<Asked> holds, boolean idle, String why) {}

    public static <T> StrategySetting<T> of(
            String name, String defaultText, String meaning, Function<String, T> parser) {
        return new StrategySetting<>(name, defaultText, meaning, parser, List.of());
    }

    /** Without effect where there is nobody to exchange anything with. */
    public StrategySetting<T> forSeveralWorkers() {
        return with(new Unfit(asked -> asked.workers() == 1, true, "is for what workers exchange, and there is one"));
    }

    /** @param why {@code UPDATER} in it becomes the run's updater */
    public StrategySetting<T> notWhere(Predicate<Asked> holds, String why) {
        return with(new Unfit(holds, false, why));
    }

    private StrategySetting<T> with(Unfit unfit) {
        List<Unfit> all = new ArrayList<>(this.unfit);
        all.add(unfit);
        return new StrategySetting<>(name, defaultText, meaning, parser, List.copyOf(all));
    }
}
