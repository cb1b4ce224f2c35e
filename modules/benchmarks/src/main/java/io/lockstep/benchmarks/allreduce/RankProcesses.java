package io.lockstep.benchmarks.allreduce;

import io.lockstep.collectives.transport.Advertisement;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The ranks as child processes with this JVM's class path and flags, and their rendezvous. */
public final class RankProcesses {
    private RankProcesses() {}

    /** Runs the sweep; the results are rank 0's, by size. */
    public static List<AllReduceResult> run(AllReduceOptions options) throws IOException, InterruptedException {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        List<Process> processes = new ArrayList<>();
        Stranger stranger = null;
        try {
            List<PrintStream> to = new ArrayList<>();
            List<BufferedReader> from = new ArrayList<>();
            for (int rank = 0; rank < options.ranks(); rank++) {
                Process process = new ProcessBuilder(command(options, rank))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                processes.add(process);
                to.add(new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8));
                from.add(process.inputReader(StandardCharsets.UTF_8));
                to.get(rank).println(HexFormat.of().formatHex(key));
            }
            if (options.ranks() > 1) {
                List<String> all = introduce(to, from);
                stranger = options.stranger().rate() > 0 ? stranger(options, all) : null;
            }
            List<AllReduceResult> results = new ArrayList<>();
            for (long bytes : options.bytes()) {
                String[] words = line(from.get(0), "RESULT", 0).split(" ");
                results.add(new AllReduceResult(
                        bytes,
                        Double.parseDouble(words[0]),
                        Double.parseDouble(words[1]),
                        Long.parseLong(words[2]),
                        options.ranks()));
            }
            for (Process process : processes) {
                process.waitFor(30, TimeUnit.SECONDS);
            }
            if (stranger != null) {
                System.out.println("# the stranger sent " + stranger.sent() + " packets");
            }
            return results;
        } finally {
            if (stranger != null) {
                stranger.close();
            }
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static Stranger stranger(AllReduceOptions options, List<String> all) {
        List<Advertisement> ranks = new ArrayList<>();
        for (String text : all) {
            ranks.add(Advertisement.parse(ranks.size(), text));
        }
        return new Stranger(ranks, options.stranger().rate(), options.stranger().port());
    }

    private static List<String> introduce(List<PrintStream> to, List<BufferedReader> from) throws IOException {
        List<String> all = new ArrayList<>();
        for (int rank = 0; rank < from.size(); rank++) {
            all.add(line(from.get(rank), "ADVERTISE", rank));
        }
        for (PrintStream rank : to) {
            all.forEach(rank::println);
        }
        return all;
    }

    private static String line(BufferedReader from, String kind, int rank) throws IOException {
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            if (line.startsWith(kind + " ")) {
                return line.substring(kind.length() + 1);
            }
            System.out.println(line);
        }
        throw new IOException("rank " + rank + " ended early; its messages are above");
    }

    private static List<String> command(AllReduceOptions options, int rank) {
        List<String> command = new ArrayList<>();
        options.processes().launcher().forEach(word -> command.add(word.replace("{rank}", Integer.toString(rank))));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(RankMain.class.getName());
        command.addAll(RankMain.arguments(options, rank));
        return command;
    }
}
