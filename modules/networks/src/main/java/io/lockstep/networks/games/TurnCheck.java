package io.lockstep.networks.games;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether all that a turn names is there when it is read. */
final class TurnCheck {
    private final GameTurn turn;
    private final List<Part> parts;
    private final Set<String> values;

    TurnCheck(GameTurn turn, List<Part> parts, Set<String> given) {
        this.turn = turn;
        this.parts = parts;
        values = new HashSet<>(given);
    }

    /** @throws IllegalArgumentException naming what is not there */
    void require() {
        turn.trains().forEach(this::part);
        turn.drawn().forEach(application -> require(application, values));
        List<GamePass> passes = turn.passes();
        if (passes.isEmpty() || !(passes.get(passes.size() - 1) instanceof GamePass.Losses)) {
            throw refusal("ends without a pass that has losses");
        }
        Set<String> losses = new HashSet<>();
        for (GamePass pass : passes) {
            if (pass instanceof GamePass.Losses computed) {
                require(computed, losses);
            } else if (pass instanceof GamePass.Penalty penalty) {
                require(penalty);
            }
        }
    }

    private void require(GamePass.Losses pass, Set<String> losses) {
        Set<String> here = new HashSet<>(values);
        pass.applied().forEach(application -> require(application, here));
        if (pass.applied().stream().noneMatch(each -> turn.trains().contains(each.part()))) {
            throw refusal("has a pass without any of the parts that it trains, " + turn.trains());
        }
        if (pass.losses().isEmpty()) {
            throw refusal("has a pass without a loss");
        }
        for (GameLoss loss : pass.losses()) {
            if (!losses.add(loss.name())) {
                throw refusal("has two losses called '" + loss.name() + "'");
            }
            boolean computed =
                    pass.applied().stream().anyMatch(each -> each.name().equals(loss.predictions()));
            if (!computed) {
                throw refusal("has the loss '" + loss.name() + "' of '" + loss.predictions()
                        + "', which no part computes in its pass");
            }
            if (loss.target() instanceof GameLoss.Target.Value target) {
                require(target.name(), here, "loss '" + loss.name() + "'");
            }
        }
    }

    private void require(GamePass.Penalty penalty) {
        require(penalty.real(), values, "its penalty");
        require(penalty.generated(), values, "its penalty");
        GamePass.Losses first = turn.passes().get(0) instanceof GamePass.Losses losses ? losses : null;
        if (first == null || first.applied().size() != 1 || first.losses().size() != 1) {
            throw refusal("has a penalty, whose critic is the one part that the first pass applies, for one loss");
        }
    }

    private void require(Application application, Set<String> there) {
        Part part = part(application.part());
        if (part.reads().size() != application.reads().size()) {
            throw refusal("gives '" + application.part() + "' the values " + application.reads() + ", and it reads "
                    + part.reads());
        }
        application.reads().forEach(value -> require(value, there, "'" + application.name() + "'"));
        if (!there.add(application.name())) {
            throw refusal("has two values called '" + application.name() + "'");
        }
    }

    private void require(String value, Set<String> there, String reader) {
        if (!there.contains(value)) {
            throw refusal("has no value '" + value + "' that " + reader + " could read; there are " + there);
        }
    }

    private Part part(String name) {
        return parts.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> refusal("names a part '" + name + "', which is not there"));
    }

    private IllegalArgumentException refusal(String what) {
        return new IllegalArgumentException("turn '" + turn.name() + "' " + what);
    }
}
