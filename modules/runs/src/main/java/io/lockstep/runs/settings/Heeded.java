package io.lockstep.runs.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which runs heed a setting: stands beside its meaning in {@link Settings}. Immutable; each method gives a stricter one.
 *
 * @param strategies that know the setting; empty: all
 * @param rules each may have a reason why a run does not heed it
 * @param ofNetwork whether it goes into the building of the zoo's networks, and of no others
 */
public record Heeded(Set<String> strategies, List<Rule> rules, boolean ofNetwork) {
    /** In whatever run. */
    static final Heeded ALWAYS = new Heeded(Set.of(), List.of(), false);

    /** One condition. What it has to know of the run may not be known yet: then the setting may well be heeded. */
    @FunctionalInterface
    interface Rule {
        /** @return null if the run may heed the setting */
        Unheeded unheeded(Setting<?> setting, RunFacts run);
    }

    static Heeded by(List<String> strategies) {
        return new Heeded(Set.copyOf(strategies), List.of(), false);
    }

    static Heeded where(Rule rule) {
        return ALWAYS.and(rule);
    }

    Heeded and(Rule rule) {
        List<Rule> all = new ArrayList<>(rules);
        all.add(rule);
        return new Heeded(strategies, List.copyOf(all), ofNetwork);
    }

    /** Unless one of DL4J's own training masters trains. */
    Heeded notByMasters(String why) {
        return and((setting, run) -> StrategySettings.isMaster(run.configuration())
                ? Unheeded.impossible("cannot be heeded by " + run.get(DistributionSettings.STRATEGY) + ": " + why)
                : null);
    }

    /**
     * In the building of the zoo's networks, where two values of it give different ones.
     *
     * @param why a network is the same with either
     */
    static Heeded ofNetwork(String one, String other, String why) {
        Rule rule = (setting, run) -> {
            if (run.own()) {
                return Unheeded.foreign(
                        "is for the zoo's networks; one of your own keeps what it was configured with in DL4J,"
                                + " so set it there");
            }
            return run.changesNetwork(setting, one, other) ? null : Unheeded.foreign(run.filled(why));
        };
        return new Heeded(Set.of(), List.of(rule), true);
    }

    /** Or else something other than the network heeds it. */
    Heeded or(Predicate<RunFacts> elsewhere) {
        List<Rule> all = rules.stream()
                .map(rule ->
                        (Rule) (setting, run) -> elsewhere.test(run) && !run.own() ? null : rule.unheeded(setting, run))
                .toList();
        return new Heeded(strategies, all, ofNetwork);
    }

    boolean knows(String strategy) {
        return strategies.isEmpty() || strategies.contains(strategy);
    }

    /** @return null if the run heeds the setting, as far as is known of it */
    public Unheeded unheeded(Setting<?> setting, RunFacts run) {
        String strategy = run.get(DistributionSettings.STRATEGY);
        if (!knows(strategy)) {
            return Unheeded.foreign("belongs to strategy = " + String.join(" or ", new TreeSet<>(strategies))
                    + ", this run has " + strategy);
        }
        for (Rule rule : rules) {
            Unheeded found = rule.unheeded(setting, run);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /**
     * Why a run does not heed a setting.
     *
     * @param why goes on behind the setting's name: {@code belongs to strategy = ddp, this run has dp}
     */
    record Unheeded(Kind kind, String why) {
        enum Kind {
            /** There is nothing for it to do, as for encryption where nothing is sent: nothing that was asked for is missing. */
            IDLE,
            /** It is for other runs. */
            FOREIGN,
            /** It is for runs such as this, which cannot be trained so: whoever asked for it would get something else. */
            IMPOSSIBLE
        }

        static Unheeded foreign(String why) {
            return new Unheeded(Kind.FOREIGN, why);
        }

        static Unheeded idle(String why) {
            return new Unheeded(Kind.IDLE, why);
        }

        static Unheeded impossible(String why) {
            return new Unheeded(Kind.IMPOSSIBLE, why);
        }

        /** A call is about this run; a recipe may be used with another model, and a site's defaults are for runs of all kinds. */
        boolean isRefused(Origin origin) {
            return switch (kind) {
                case IDLE -> false;
                case FOREIGN -> origin == Origin.CALL;
                case IMPOSSIBLE -> origin != Origin.SITE;
            };
        }
    }
}
