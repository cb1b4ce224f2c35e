package io.lockstep.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a {@link Backend} makes a plan.
 *
 * @param capacity most examples in one pass
 * @param threads that the plan gets: the cores that belong to it
 * @param precision of the factors of products
 * @param parameters the flat vector, float32, direct, native order: the caller's, which must outlive the plan; null: the
 *     plan has its own
 * @param gradients likewise
 * @param statistics how batch norm sees the batches of other ranks too; null: it sees this plan's alone
 */
public record PlanOptions(
        int capacity,
        int threads,
        Precision precision,
        ByteBuffer parameters,
        ByteBuffer gradients,
        StatisticsExchange statistics) {
    public PlanOptions {
        if (capacity < 1) {
            throw new IllegalArgumentException("a plan for batches of " + capacity + " examples; at least 1 is needed");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("a plan with " + threads + " threads; at least 1 is needed");
        }
    }

    /** One thread, float32, with parameters and gradients of the plan's own, and statistics of its own batches. */
    public static PlanOptions of(int capacity) {
        return new PlanOptions(capacity, 1, Precision.FLOAT32, null, null, null);
    }

    public PlanOptions withThreads(int count) {
        return new PlanOptions(capacity, count, precision, parameters, gradients, statistics);
    }

    public PlanOptions withPrecision(Precision ofFactors) {
        return new PlanOptions(capacity, threads, ofFactors, parameters, gradients, statistics);
    }

    public PlanOptions withParameters(ByteBuffer given) {
        return new PlanOptions(capacity, threads, precision, given, gradients, statistics);
    }

    public PlanOptions withGradients(ByteBuffer given) {
        return new PlanOptions(capacity, threads, precision, parameters, given, statistics);
    }

    public PlanOptions withStatistics(StatisticsExchange exchange) {
        return new PlanOptions(capacity, threads, precision, parameters, gradients, exchange);
    }

    /**
     * For backends.
     *
     * @throws IllegalArgumentException if a given buffer is not one of this graph's flat vectors
     */
    public PlanOptions requireFor(Graph graph) {
        requireVector("parameters", parameters, graph);
        requireVector("gradients", gradients, graph);
        return this;
    }

    private static void requireVector(String name, ByteBuffer given, Graph graph) {
        long bytes = graph.parameters() * Float.BYTES;
        if (given == null) {
            return;
        }
        if (!given.isDirect() || given.order() != ByteOrder.nativeOrder() || given.remaining() != bytes) {
            throw new IllegalArgumentException("given " + name + ": " + given + " in " + given.order()
                    + ", where a direct buffer of " + bytes + " bytes in native order is needed");
        }
    }
}
