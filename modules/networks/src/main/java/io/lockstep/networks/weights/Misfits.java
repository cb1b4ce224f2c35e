package io.lockstep.networks.weights;

import io.lockstep.datasets.NearestName;
import io.lockstep.networks.weights.WeightPlan.Misfit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What of a file does not fit a network, told in one message. */
public final class Misfits {
    /** Of each kind, those that a message names. */
    private static final int SHOWN = 6;

    private final WeightPlan plan;

    public Misfits(WeightPlan plan) {
        this.plan = plan;
    }

    /** Empty if everything fits. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        List<Misfit> absent =
                plan.misfits().stream().filter(misfit -> misfit.there() == null).toList();
        List<Misfit> otherShapes =
                plan.misfits().stream().filter(misfit -> misfit.there() != null).toList();
        add(parts, "missing in the file: ", absent.stream().map(this::absent).toList());
        add(
                parts,
                "of another shape: ",
                otherShapes.stream().map(Misfits::shapes).toList());
        add(
                parts,
                "in the file, and not in the network: ",
                plan.unexpected().stream().map(name -> "'" + name + "'").toList());
        return String.join("; ", parts);
    }

    private static void add(List<String> parts, String what, List<String> each) {
        if (!each.isEmpty()) {
            String more = each.size() > SHOWN ? " and " + (each.size() - SHOWN) + " more" : "";
            parts.add(what + each.stream().limit(SHOWN).collect(Collectors.joining(", ")) + more);
        }
    }

    private String absent(Misfit misfit) {
        if (misfit.wanted().isEmpty()) {
            return misfit.parameter().name() + " (for which " + plan.table().origin() + " has no name)";
        }
        String nearest = NearestName.of(misfit.wanted(), plan.unexpected())
                .map(name -> "; nearest '" + name + "'")
                .orElse("");
        return "'" + misfit.wanted() + "' for " + misfit.parameter().name() + nearest;
    }

    private static String shapes(Misfit misfit) {
        return misfit.there().stream()
                        .map(tensor -> "'" + tensor.name() + "' " + tensor.shapeText())
                        .collect(Collectors.joining(" + "))
                + " for " + misfit.parameter().name() + " " + misfit.parameter().shapeText();
    }
}
