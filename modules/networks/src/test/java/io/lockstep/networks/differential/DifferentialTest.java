package io.lockstep.networks.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random networks, drawn from all DL4J classes that the engine compiles, with all their options, train as DL4J trains them:
 * loss, gradient and parameters after two steps, against DL4J in double precision.
 *
 * <p>{@code mvn test -pl modules/networks -am -Dtest=DifferentialTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dlockstep.differential.networks=5000 -Dlockstep.differential.seed=1} draws any number of them.
 */
class DifferentialTest {
    private static final int NETWORKS = Integer.getInteger("lockstep.differential.networks", 150);
    private static final long FIRST_SEED = Long.getLong("lockstep.differential.seed", 1);

    @Test
    void randomNetworksTrainAsDl4jTrainsThem() {
        List<String> faults = new ArrayList<>();
        int compiled = 0;
        int silent = 0;
        Map<String, Integer> notices = new TreeMap<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + NETWORKS; seed++) {
            RandomNetwork network = RandomNetwork.of(seed);
            try {
                Trial.Outcome outcome = Trial.of(network);
                compiled += outcome.compiled() ? 1 : 0;
                silent += outcome.telling() ? 0 : 1;
                notices.merge(kind(outcome.notice()), 1, Integer::sum);
                if (outcome.fault() != null) {
                    faults.add("seed " + seed + (outcome.compiled() ? "" : " (DL4J)") + ": " + outcome.fault());
                }
            } catch (RuntimeException e) {
                faults.add("seed " + seed + ": " + e + " at " + ours(e));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%d networks from seed %d: %d compiled, %d of no use for a comparison, %d faults%n",
                NETWORKS,
                FIRST_SEED,
                compiled,
                silent,
                faults.size());
        notices.forEach((notice, count) -> System.out.println(count + " x " + notice));
        faults.forEach(System.out::println);
        assertThat(faults).isEmpty();
    }

    private static List<StackTraceElement> ours(RuntimeException e) {
        return Arrays.stream(e.getStackTrace())
                .filter(frame -> frame.getClassName().contains("lockstep"))
                .limit(3)
                .toList();
    }

    private static String kind(String notice) {
        return notice.replaceAll("vertex '[^']*'", "vertex").lines().findFirst().orElse("compiled");
    }
}
