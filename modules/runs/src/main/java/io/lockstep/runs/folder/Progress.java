package io.lockstep.runs.folder;

import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import io.lockstep.training.Task;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a person sees of a run. In a terminal one line is rewritten; in a file a line is added every few seconds. Lines
 * that matter later (evaluations, checkpoints to resume from, warnings) stay in both.
 */
public final class Progress {
    private static final long LINE_NANOS = Duration.ofSeconds(5).toNanos();
    /** Steps in which JVMs compile, one earlier than another. */
    private static final int WARM_UP_STEPS = 50;

    private static final Map<String, String> SHORT_NAMES = Map.of(
            "value", "V",
            "d_real", "D(x)",
            "d_generated", "D(G(z))",
            "wasserstein_estimate", "W",
            "critic_gradient_norm", "|grad f|",
            "generator_loss", "G loss",
            "diversity", "diversity");

    public static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private final Set<Integer> slowRanks = new HashSet<>();
    private final BalanceWatch balance = new BalanceWatch();
    private Task task = Task.CLASSIFICATION;
    private RunEvent.Started run;
    private long lastLineNanos;
    private double secondsPerStep;

    public Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Told by bin/lockstep, which sees the standard output that a JVM does not. */
    public static boolean isTerminal() {
        return Boolean.getBoolean("lockstep.terminal");
    }

    /** What is told of reports and tests. */
    public void showTask(Task shown) {
        task = shown;
    }

    public void line(String text) {
        out.println(terminal ? CLEAR_LINE + text : text);
    }

    /** A line that the next one replaces, where that is possible. */
    private void passingLine(String text) {
        if (terminal) {
            out.print(CLEAR_LINE + text);
            out.flush();
        } else {
            out.println(text);
        }
    }

    public void show(RunEvent event) {
        if (event instanceof RunEvent.Started started) {
            run = started;
            if (started.resumedFrom() != null) {
                line("resuming from " + started.resumedFrom());
            }
        } else if (event instanceof RunEvent.Reported reported) {
            show(reported.report());
        } else if (event instanceof RunEvent.Evaluated evaluated) {
            line(format("epoch %d  step %,d: ", evaluated.epoch() + 1, evaluated.step())
                    + TestText.of(task, evaluated.evaluation()));
        } else if (event instanceof RunEvent.Decided decided) {
            var decision = decided.decision();
            line(decision.setting() + " = " + decision.value() + ": " + decision.why());
        } else if (event instanceof RunEvent.BeganWith began) {
            line("begins with the parameters of " + began.model().replaceAll(".*/(?=[^/]+/checkpoints/)", "")
                    + (began.anew().isEmpty() ? "" : "; anew: " + few(began.anew())));
        } else if (event instanceof RunEvent.LeftOut leftOut) {
            line("warning: " + leftOut(leftOut));
        } else if (event instanceof RunEvent.Warned warned) {
            line("warning: " + warned.message());
        }
    }

    /** In one line. */
    public static String leftOut(RunEvent.LeftOut event) {
        return format(
                "%,d example%s could not be read and %s left out: %s",
                event.examples(),
                event.examples() == 1 ? "" : "s",
                event.examples() == 1 ? "was" : "were",
                few(event.why()));
    }

    private static String few(List<String> names) {
        int most = 6;
        return String.join(", ", names.subList(0, Math.min(most, names.size())))
                + (names.size() > most ? " and " + (names.size() - most) + " more" : "");
    }

    /** Once a rank: a machine that is busy with something else, as a rule. */
    private void nameSlowRank(StepReport report) {
        report.slowRank().ifPresent(rank -> {
            if (slowRanks.add(rank)) {
                StepReport.TimeMs slow = report.ranks().get(rank);
                line(format(
                        "warning: the others wait for rank %d: %.0f ms of forward and backward and %.0f ms for data a step,"
                                + " the mean is %.0f and %.0f",
                        rank,
                        slow.forwardBackward(),
                        slow.dataWait(),
                        report.timeMs().forwardBackward(),
                        report.timeMs().dataWait()));
            }
        });
    }

    private void show(StepReport report) {
        if (report.step() > WARM_UP_STEPS) {
            nameSlowRank(report);
        }
        balance.warning(report).ifPresent(text -> line("warning: " + text));
        double examplesPerStep = (double) report.examples() / report.step();
        double recent = examplesPerStep / report.examplesPerSecond();
        secondsPerStep = secondsPerStep == 0 ? recent : 0.8 * secondsPerStep + 0.2 * recent;
        long now = System.nanoTime();
        boolean last = report.step() == run.lastStep();
        if (!terminal && !last && lastLineNanos != 0 && now - lastLineNanos < LINE_NANOS) {
            return;
        }
        lastLineNanos = now;
        long epochs = (run.lastStep() + run.stepsPerEpoch() - 1) / run.stepsPerEpoch();
        passingLine(format(
                "epoch %d/%d  step %,d/%,d  %s  %,.0f examples/s  %s left%s",
                report.epoch() + 1,
                epochs,
                report.step(),
                run.lastStep(),
                TestText.of(task, report),
                report.examplesPerSecond(),
                clock((run.lastStep() - report.step()) * secondsPerStep),
                report.skippedSteps() > 0 ? "  (" + report.skippedSteps() + " steps skipped: not finite)" : ""));
    }

    /** How the players of a generative adversarial network stand: {@code V -1.21  D(x) 0.55  D(G(z)) 0.45 ...}. */
    public static String measured(Map<String, Double> measures) {
        return measures.entrySet().stream()
                .filter(entry -> SHORT_NAMES.containsKey(entry.getKey()))
                .map(entry -> format("%s %.2f", SHORT_NAMES.get(entry.getKey()), entry.getValue()))
                .collect(Collectors.joining("  "));
    }

    /** {@code 1:02:03}, {@code 4:05}. */
    public static String clock(double seconds) {
        long whole = Math.round(seconds);
        return whole >= 3600
                ? format("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
                : format("%d:%02d", whole / 60, whole % 60);
    }

    public static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
