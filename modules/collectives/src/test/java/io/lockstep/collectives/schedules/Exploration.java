package io.lockstep.collectives.schedules;

import java.util.HashSet;
import java.util.Set;

/**
 * Runs a scenario under a number of schedules.
 *
 * <p>{@code -Dlockstep.schedules=20} explores twenty times as many, {@code -Dlockstep.schedules.seed=S} begins with
 * another seed, and {@code -Dlockstep.schedules.only=S} runs one schedule again.
 */
public final class Exploration {
    private static final int TIMES = Integer.getInteger("lockstep.schedules", 1);
    private static final long FIRST_SEED = Long.getLong("lockstep.schedules.seed", 1);
    private static final Long ONLY = Long.getLong("lockstep.schedules.only");

    private Exploration() {}

    /** @param schedules how many, times what the property says */
    public static void of(Class<? extends Scenario> scenario, int schedules) {
        Class<?> rewritten = Rewriter.rewritten(scenario);
        if (ONLY != null) {
            run(scenario, rewritten, ONLY);
            return;
        }
        long begin = System.nanoTime();
        long points = 0;
        Set<Long> distinct = new HashSet<>();
        for (int i = 0; i < schedules * TIMES; i++) {
            Schedule schedule = run(scenario, rewritten, FIRST_SEED + i);
            points += schedule.points();
            distinct.add(schedule.fingerprint());
        }
        System.out.printf(
                java.util.Locale.ROOT,
                "%s: %d schedules from seed %d, %d of them different, %d points, %.1f s%n",
                scenario.getSimpleName(),
                schedules * TIMES,
                FIRST_SEED,
                distinct.size(),
                points,
                (System.nanoTime() - begin) / 1e9);
        if (run(scenario, rewritten, FIRST_SEED).fingerprint()
                != run(scenario, rewritten, FIRST_SEED).fingerprint()) {
            throw new AssertionError(scenario.getSimpleName() + " is not deterministic: seed " + FIRST_SEED
                    + " does something else when it is run again");
        }
    }

    private static Schedule run(Class<? extends Scenario> scenario, Class<?> rewritten, long seed) {
        Schedule schedule = new Schedule(seed);
        Throwable failure;
        try {
            var constructor = rewritten.getDeclaredConstructor();
            constructor.setAccessible(true);
            failure = schedule.run(() -> ((Scenario) constructor.newInstance()).run());
        } catch (InterruptedException | NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
        if (failure != null) {
            throw new AssertionError(
                    scenario.getName() + " fails under schedule " + seed + " (run it again with -Dtest="
                            + scenario.getEnclosingClass().getSimpleName() + " -Dlockstep.schedules.only=" + seed
                            + "): " + failure + "\n" + schedule.describe(),
                    failure);
        }
        return schedule;
    }
}
