package io.lockstep.benchmarks.kernels;

import java.util.Locale;

/**
 * One kernel and size.
 *
 * @param elements of the kernel's longest operand, on each thread
 * @param simdMicros of one call, the Vector API's
 * @param scalarMicros of one call, the plain loops'
 */
public record KernelResult(Kernel kernel, int elements, int threads, double simdMicros, double scalarMicros) {
    /** What the Vector API's reads and writes on all threads, by time, in 10^9 bytes a second. */
    public double gigabytesPerSecond() {
        return kernel.bytesPerElement() * elements * threads / (simdMicros * 1000);
    }

    /** How many times as fast as the plain loops the Vector API's is. */
    public double speedUp() {
        return scalarMicros / simdMicros;
    }

    /** Names of the columns, and their units. */
    public static String header() {
        return line("kernel", "elements", "time", "rate", "speed-up") + line("", "", "(us)", "(GB/s)", "");
    }

    /** A line of the table. */
    public String row() {
        return line(
                kernel.name(),
                Integer.toString(elements),
                String.format(Locale.ROOT, "%.2f", simdMicros),
                String.format(Locale.ROOT, "%.2f", gigabytesPerSecond()),
                String.format(Locale.ROOT, "%.2f", speedUp()));
    }

    private static String line(String name, String elements, String time, String rate, String speedUp) {
        return String.format(Locale.ROOT, "%-40s %10s %12s %8s %8s%n", name, elements, time, rate, speedUp);
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"kernel\": \"%s\", \"elements\": %d, \"simd_us\": %.3f, \"scalar_us\": %.3f, \"gb_per_second\": %.3f, \"speed_up\": %.3f}",
                kernel.name(),
                elements,
                simdMicros,
                scalarMicros,
                gigabytesPerSecond(),
                speedUp());
    }
}
