package io.lockstep.benchmarks.step;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Precision;
import io.lockstep.engine.TaskProfile;
import io.lockstep.networks.compiled.CompiledReplica;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of forward and backward goes, operation by operation, beside what this machine reaches. An operation is as
 * far as the nearer of two bounds lets it be: the products that it does at the rate of the fastest product, its tensors at
 * the rate of memory. A convolution by tiles does fewer products than its definition has. Chunks of examples stay in cache
 * between operations, so a rate of bytes may lie above memory's.
 */
public final class Breakdown {
    private static final int PASSES = 5;

    private final List<TaskProfile> steps;
    private final Yardstick yardstick;
    private final int threads;

    private Breakdown(List<TaskProfile> steps, Yardstick yardstick, int threads) {
        this.steps = steps;
        this.yardstick = yardstick;
        this.threads = threads;
    }

    /** @param examples a full batch */
    public static Breakdown of(CompiledReplica replica, Batch examples, Precision precision) {
        int threads = replica.plan().threads();
        Yardstick yardstick = Yardstick.measure(threads, precision);
        replica.plan().startProfile();
        for (int i = 0; i < PASSES; i++) {
            replica.forwardBackward(examples, i, mark -> {});
        }
        return new Breakdown(replica.plan().profile(), yardstick, threads);
    }

    /** A line of the table, of one pass; gflop at the rate of float32's, roundedGflop at bfloat16's. */
    private record Line(String name, double milliseconds, double gflop, double roundedGflop, double gigabytes) {
        double flopRate() {
            return (gflop + roundedGflop) / milliseconds * 1e3;
        }

        double byteRate() {
            return gigabytes / milliseconds * 1e3;
        }

        double reached(Yardstick yardstick) {
            double products = gflop / yardstick.gflops();
            if (roundedGflop > 0) {
                products += roundedGflop / yardstick.roundedGflops();
            }
            return Math.min(1, Math.max(products / milliseconds * 1e3, byteRate() / yardstick.gigabytes()));
        }

        /** Milliseconds that it would be shorter by at the machine's rate. */
        double above(Yardstick yardstick) {
            return milliseconds * (1 - reached(yardstick));
        }

        Line and(Line other) {
            return new Line(
                    name,
                    milliseconds + other.milliseconds,
                    gflop + other.gflop,
                    roundedGflop + other.roundedGflop,
                    gigabytes + other.gigabytes);
        }
    }

    private Line line(String name, TaskProfile step) {
        double gflop = step.flop() / 1e9;
        return new Line(
                name,
                step.nanos() / 1e6 / PASSES / threads,
                step.rounded() ? 0 : gflop,
                step.rounded() ? gflop : 0,
                step.bytes() / 1e9);
    }

    public void print(PrintStream out) {
        double total = steps.stream()
                .mapToDouble(step -> line(step.name(), step).milliseconds())
                .sum();
        out.printf(
                Locale.ROOT,
                "# a pass takes %.1f ms, the mean over %d thread(s); the fastest product here does %,.0f GFLOP/s%s, memory %.0f GB/s%n",
                total,
                threads,
                yardstick.gflops(),
                yardstick.roundedGflops() == 0
                        ? ""
                        : String.format(Locale.ROOT, " (%,.0f in bf16)", yardstick.roundedGflops()),
                yardstick.gigabytes());
        Map<String, Line> kinds = new LinkedHashMap<>();
        for (TaskProfile step : steps) {
            kinds.merge(step.kind(), line(step.kind(), step), Line::and);
        }
        table(
                out,
                "operation",
                steps.stream().map(step -> line(step.name(), step)).toList(),
                total);
        List<Line> ranked = kinds.values().stream()
                .sorted(Comparator.comparingDouble((Line kind) -> -kind.above(yardstick)))
                .toList();
        table(out, "kind, by what it is above the bound", ranked, total);
    }

    private void table(PrintStream out, String title, List<Line> lines, double total) {
        out.printf(
                Locale.ROOT,
                "%n%-44s %9s %7s %9s %8s %8s %9s%n",
                title,
                "ms",
                "share",
                "GFLOP/s",
                "GB/s",
                "reached",
                "ms above");
        for (Line line : lines) {
            out.printf(
                    Locale.ROOT,
                    "%-44s %9.3f %5.1f %% %9s %8.1f %6.0f %% %9.3f%n",
                    line.name(),
                    line.milliseconds(),
                    100 * line.milliseconds() / total,
                    line.gflop() + line.roundedGflop() == 0 ? "" : String.format(Locale.ROOT, "%,.0f", line.flopRate()),
                    line.byteRate(),
                    100 * line.reached(yardstick),
                    line.above(yardstick));
        }
    }
}
