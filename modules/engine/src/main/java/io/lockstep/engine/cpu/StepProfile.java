package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a step of a plan has taken.
 *
 * @param name what it does for which node: {@code forward conv1}, {@code backward conv1 weights}
 * @param kind alike for alike steps: {@code forward Convolution}, {@code backward Convolution weights}
 * @param nanos summed over the plan's threads
 * @param flop of the products that it does in one pass of a full batch, which by tiles are fewer than those that the
 *     definition has; 0 where it has none
 * @param rounded whether the factors of its products are bfloat16
 * @param bytes of the tensors that it reads and writes in such a pass, each once; without parameters
 */
public record StepProfile(String name, String kind, long nanos, long flop, boolean rounded, long bytes) {
    /** Of the gradients that reach a node from several others. */
    private static final String SUM = "backward add ";

    /** @param convolutions null for what is no convolution */
    static StepProfile of(
            Graph graph,
            String name,
            long nanos,
            long bytes,
            int batch,
            Function<Node, ConvolutionSteps> convolutions) {
        String[] words = name.split(" ");
        Optional<Node> node = words.length < 2
                ? Optional.empty()
                : graph.nodes().stream()
                        .filter(each -> each.name().equals(words[1]))
                        .findFirst();
        if (node.isEmpty()) {
            String kind = name.startsWith(SUM) ? SUM.strip() : name;
            return new StepProfile(name, kind, nanos, 0, false, bytes);
        }
        String part = words.length > 2 ? " " + words[2] : "";
        String kind = words[0] + " " + node.get().operation().getClass().getSimpleName() + part;
        ConvolutionSteps convolution = convolutions.apply(node.get());
        double share = convolution == null ? 1 : convolution.productShare(part.equals(" data"));
        double flop = share * batch * graph.forwardFlop(node.get()) * products(words[0], part);
        boolean rounded = convolution != null && convolution.rounds();
        return new StepProfile(name, kind, nanos, Math.round(flop), rounded, bytes);
    }

    /** How many products of the forward one's size: backward has two, which are steps of their own or not. */
    private static int products(String direction, String part) {
        return switch (direction + part) {
            case "forward", "backward data", "backward weights" -> 1;
            case "backward" -> 2;
            default -> 0; // sums, statistics, rounding
        };
    }

    /** Another part of the same step. */
    StepProfile and(StepProfile other) {
        return new StepProfile(
                name, kind, nanos + other.nanos, Math.max(flop, other.flop), rounded, bytes + other.bytes);
    }
}
