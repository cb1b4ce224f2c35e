package io.lockstep.benchmarks.allreduce;

import java.util.List;
import java.util.Locale;

/**
 * One size: median and 95th percentile of the time of a call, from call to result, on rank 0.
 *
 * @param wrong elements that were not the exact sum, over all ranks
 */
public record AllReduceResult(long bytes, double medianMicros, double p95Micros, long wrong, int ranks) {
    /** Algorithm bandwidth: bytes of the vector by time, in 10^9 bytes a second. */
    public double algbwGbps() {
        return bytes / (medianMicros * 1000);
    }

    /** Bus bandwidth: what an optimal algorithm sends over each link, by time; nccl-tests' definition. */
    public double busbwGbps() {
        return algbwGbps() * 2 * (ranks - 1) / ranks;
    }

    /** nccl-tests' table. */
    public static String table(List<AllReduceResult> results) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%12s %12s %8s %6s %12s %12s %8s %8s %7s%n",
                "size",
                "count",
                "type",
                "redop",
                "time",
                "p95",
                "algbw",
                "busbw",
                "#wrong"));
        text.append(String.format(
                Locale.ROOT,
                "%12s %12s %8s %6s %12s %12s %8s %8s%n",
                "(B)",
                "",
                "",
                "",
                "(us)",
                "(us)",
                "(GB/s)",
                "(GB/s)"));
        for (AllReduceResult result : results) {
            text.append(String.format(
                    Locale.ROOT,
                    "%12d %12d %8s %6s %12.1f %12.1f %8.3f %8.3f %7d%n",
                    result.bytes,
                    result.bytes / 4,
                    "float",
                    "sum",
                    result.medianMicros,
                    result.p95Micros,
                    result.algbwGbps(),
                    result.busbwGbps(),
                    result.wrong));
        }
        return text.toString();
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"bytes\": %d, \"median_us\": %.2f, \"p95_us\": %.2f, \"algbw_gbps\": %.4f, \"busbw_gbps\": %.4f, \"wrong\": %d}",
                bytes,
                medianMicros,
                p95Micros,
                algbwGbps(),
                busbwGbps(),
                wrong);
    }
}
