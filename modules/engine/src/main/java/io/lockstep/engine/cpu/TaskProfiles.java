package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.TaskProfile;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.program.Program;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;

/** Says of a task, by its name, of which kind it is and what it computes. */
final class TaskProfiles {
    /** Of the gradients that reach a node from several others. */
    private static final String SUM = "backward add ";

    private TaskProfiles() {}

    /** @param nodes null for what has no tasks of its own */
    static TaskProfile of(Graph graph, Program.Timing timing, int batch, Function<Node, CpuNode> nodes) {
        String name = timing.name();
        String direction = name.substring(0, Math.max(0, name.indexOf(' ')));
        String what = name.substring(Math.min(name.length(), direction.length() + 1));
        Optional<Node> node = nodeOf(graph, what);
        boolean sum = name.startsWith(SUM) && isNode(graph, name.substring(SUM.length())) && !isNode(graph, what);
        if (node.isEmpty() || sum) {
            String kind = name.startsWith(SUM) ? SUM.strip() : name;
            return new TaskProfile(name, kind, timing.nanos(), 0, false, timing.bytes());
        }
        String part = what.substring(node.get().name().length());
        String kind = direction + " " + node.get().operation().getClass().getSimpleName() + part;
        CpuNode computes = nodes.apply(node.get());
        double share = computes == null ? 1 : computes.productShare(part.equals(" data"));
        double flop = share * batch * graph.forwardFlop(node.get()) * products(direction, part);
        boolean rounded = computes != null && computes.rounds();
        return new TaskProfile(name, kind, timing.nanos(), Math.round(flop), rounded, timing.bytes());
    }

    /** A task is called by its node's name, with one more word behind it where the node has several; names may have spaces. */
    private static Optional<Node> nodeOf(Graph graph, String what) {
        return graph.nodes().stream()
                .filter(node -> what.equals(node.name())
                        || what.startsWith(node.name() + " ")
                                && what.lastIndexOf(' ') == node.name().length())
                .max(Comparator.comparingInt(node -> node.name().length()));
    }

    private static boolean isNode(Graph graph, String name) {
        return graph.nodes().stream().anyMatch(node -> node.name().equals(name));
    }

    /** How many products of the forward one's size: backward has two, which are tasks of their own or not. */
    private static int products(String direction, String part) {
        return switch (direction + part) {
            case "forward", "backward data", "backward weights" -> 1;
            case "backward" -> 2;
            default -> 0; // sums, statistics, rounding
        };
    }
}
