package io.lockstep.engine.cpu.node;

import io.lockstep.engine.Operation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Which node computes which operation. A line names an operation's own class, or a kind that many are of; the first that
 * fits counts.
 */
public final class NodeTable {
    private final Map<Class<? extends Operation>, Function<Site, CpuNode>> lines = new LinkedHashMap<>();

    public void add(Class<? extends Operation> operations, Function<Site, CpuNode> maker) {
        lines.put(operations, maker);
    }

    /** @throws UnsupportedOperationException naming the node whose operation the CPU does not run */
    public CpuNode make(Site site) {
        Operation operation = site.node().operation();
        return lines.entrySet().stream()
                .filter(line -> line.getKey().isInstance(operation))
                .findFirst()
                .orElseThrow(() ->
                        new UnsupportedOperationException(site.node().name() + ": the CPU backend has no " + operation))
                .getValue()
                .apply(site);
    }
}
