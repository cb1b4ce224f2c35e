package io.lockstep.networks.games;

import io.lockstep.engine.Loss;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** A forward and backward of a turn; the gradients of a turn's passes add up. */
public sealed interface GamePass extends Serializable {
    /**
     * Parts are applied, one after the other, and the losses of what comes of it are added. A batch norm sees each
     * application's values alone.
     */
    record Losses(List<Application> applied, List<GameLoss> losses) implements GamePass {
        public Losses {
            applied = List.copyOf(applied);
            losses = List.copyOf(losses);
        }

        /** Beside what is applied already. */
        public Losses applied(String name, String part, String... reads) {
            List<Application> more = new ArrayList<>(applied);
            more.add(new Application(name, part, List.of(reads)));
            return new Losses(more, losses);
        }

        /** Of one number for all: 1 for what is to be taken for real. */
        public Losses loss(String name, Loss operation, double weight, String predictions, double target) {
            return with(new GameLoss(name, operation, weight, predictions, new GameLoss.Target.Always(target)));
        }

        /** Of another value. */
        public Losses loss(String name, Loss operation, double weight, String predictions, String target) {
            return with(new GameLoss(name, operation, weight, predictions, new GameLoss.Target.Value(target)));
        }

        private Losses with(GameLoss loss) {
            List<GameLoss> more = new ArrayList<>(losses);
            more.add(loss);
            return new Losses(applied, more);
        }
    }

    /**
     * Gulrajani et al. 2017, equation 3: weight times the mean of (|gradient of the critic at a point between| - 1)^2, with a
     * value of each of two kinds to both sides. The critic is what the turn's first pass applies.
     */
    record Penalty(String real, String generated, double weight) implements GamePass {}

    /** Of nothing yet. */
    static Losses empty() {
        return new Losses(List.of(), List.of());
    }
}
