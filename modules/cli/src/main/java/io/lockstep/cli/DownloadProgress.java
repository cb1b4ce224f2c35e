package io.lockstep.cli;

import io.lockstep.datasets.fetch.FetchProgress;
import io.lockstep.runs.folder.Progress;

/** Bytes and rate of a download: a rewritten line in a terminal, a line for each tenth in a file. */
final class DownloadProgress implements FetchProgress {
    private static final double MEGABYTE = 1e6;

    private String current = "";
    private long startNanos;
    private long startBytes;
    private long toldTenth;

    @Override
    public void received(String file, long received, long total) {
        if (!file.equals(current)) {
            current = file;
            startNanos = System.nanoTime();
            startBytes = received;
            toldTenth = -1;
        }
        boolean terminal = Progress.isTerminal();
        long tenth = 10 * received / Math.max(1, total);
        boolean done = received >= total;
        if (!terminal && tenth == toldTenth) {
            return;
        }
        toldTenth = tenth;
        double seconds = Math.max(1e-3, (System.nanoTime() - startNanos) / 1e9);
        String line = Progress.format(
                "%s  %.1f of %.1f MB  %.1f MB/s",
                file, received / MEGABYTE, total / MEGABYTE, (received - startBytes) / MEGABYTE / seconds);
        System.out.print((terminal ? Progress.CLEAR_LINE : "") + line + (terminal && !done ? "" : "\n"));
        System.out.flush();
    }
}
