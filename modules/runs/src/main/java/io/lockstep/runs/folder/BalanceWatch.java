package io.lockstep.runs.folder;

import io.lockstep.training.StepReport;
import java.util.Map;
import java.util.Optional;

/** Watches whether the two players of a generative adversarial network still have something to learn from each other. */
final class BalanceWatch {
    /** In the first steps anything may happen. */
    private static final int WARM_UP_STEPS = 100;
    /** One bad report is noise. */
    private static final int REPORTS = 3;

    private static final double WON_VALUE = -0.1;
    private static final double WON_PROBABILITY = 0.03;
    /** Of the generator's gradient, by its greatest norm so far. */
    private static final double VANISHED = 0.01;
    /** Samples that differ this much less than pictures do. */
    private static final double COLLAPSED = 0.3;

    private double greatestNorm;
    private int won;
    private int collapsed;

    /** What a person should know, once for each time that it begins. */
    Optional<String> warning(StepReport report) {
        Map<String, Double> measures = report.measures();
        if (report.step() < WARM_UP_STEPS || measures.isEmpty()) {
            return Optional.empty();
        }
        double norm = measures.getOrDefault("generator_gradient_norm", 0.0);
        greatestNorm = Math.max(greatestNorm, norm);
        boolean learnsNothing =
                measures.getOrDefault("d_generated", 1.0) < WON_PROBABILITY || norm < VANISHED * greatestNorm;
        boolean wins = measures.getOrDefault("value", -1.0) > WON_VALUE && learnsNothing;
        won = wins ? won + 1 : 0;
        collapsed = measures.getOrDefault("diversity", 1.0) < COLLAPSED ? collapsed + 1 : 0;
        if (won == REPORTS) {
            return Optional.of(Progress.format(
                    "the discriminator wins outright (V %.3f, D(G(z)) %.3f, the generator's gradient at %.1f %% of its"
                            + " greatest): the generator has little to learn from. Try generator-loss = non-saturating,"
                            + " generator-rate = 2, dropout = 0.3 (gan, cgan), a lower learning-rate with beta1 = 0.5, or wgan-gp, which has no such limit",
                    measures.get("value"),
                    measures.get("d_generated"),
                    greatestNorm > 0 ? 100 * norm / greatestNorm : 0));
        }
        if (collapsed == REPORTS) {
            return Optional.of(Progress.format(
                    "samples collapse: they differ %.2f times as much as pictures do. Try a lower learning-rate with"
                            + " beta1 = 0.5, a larger global-batch, generator-rate = 0.5, or wgan-gp",
                    measures.get("diversity")));
        }
        return Optional.empty();
    }
}
