package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.StepProfile;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.program.Program;
import java.util.Optional;
import java.util.function.Function;

/** Says of a step, by its name, of which kind it is and what it computes. */
final class StepProfiles {
    /** Of the gradients that reach a node from several others. */
    private static final String SUM = "backward add ";

    private StepProfiles() {}

    /** @param nodes null for what has no steps of its own */
    static StepProfile of(Graph graph, Program.Timing timing, int batch, Function<Node, CpuNode> nodes) {
        String name = timing.name();
        String[] words = name.split(" ");
        Optional<Node> node = words.length < 2
                ? Optional.empty()
                : graph.nodes().stream()
                        .filter(each -> each.name().equals(words[1]))
                        .findFirst();
        if (node.isEmpty()) {
            String kind = name.startsWith(SUM) ? SUM.strip() : name;
            return new StepProfile(name, kind, timing.nanos(), 0, false, timing.bytes());
        }
        String part = words.length > 2 ? " " + words[2] : "";
        String kind = words[0] + " " + node.get().operation().getClass().getSimpleName() + part;
        CpuNode computes = nodes.apply(node.get());
        double share = computes == null ? 1 : computes.productShare(part.equals(" data"));
        double flop = share * batch * graph.forwardFlop(node.get()) * products(words[0], part);
        boolean rounded = computes != null && computes.rounds();
        return new StepProfile(name, kind, timing.nanos(), Math.round(flop), rounded, timing.bytes());
    }

    /** How many products of the forward one's size: backward has two, which are steps of their own or not. */
    private static int products(String direction, String part) {
        return switch (direction + part) {
            case "forward", "backward data", "backward weights" -> 1;
            case "backward" -> 2;
            default -> 0; // sums, statistics, rounding
        };
    }
}
