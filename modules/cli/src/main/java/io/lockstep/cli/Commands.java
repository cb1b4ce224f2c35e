package io.lockstep.cli;

import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.fetch.FetchException;
import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.build.SparkVersion;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.JobFailedException;
import io.lockstep.spark.TooFewSlotsException;
import java.io.PrintStream;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. */
@Command(
        name = "lockstep",
        synopsisSubcommandLabel = "COMMAND",
        description = "Trains deep networks data-parallel on Apache Spark.",
        footer = {
            "",
            "Start with:  bin/lockstep train          (two executors, generated data, about a minute)",
            "Then:        bin/lockstep train --help"
        })
final class Commands {
    /** Who started this JVM: it decides whether a job is submitted or run. */
    enum StartedBy {
        /** {@code bin/lockstep}: jobs are handed to Spark's SparkSubmit. */
        LAUNCHER,
        /** {@code spark-submit}: this is the driver. */
        SPARK_SUBMIT
    }

    private Commands() {}

    static int execute(StartedBy startedBy, String... args) {
        Optional<String> fault = SparkVersion.fault();
        if (fault.isPresent()) {
            return usage(fault.get());
        }
        CommandLine line = new CommandLine(new Commands())
                .addSubcommand(new TrainCommand(startedBy))
                .addSubcommand(new EvaluateCommand(startedBy))
                .addSubcommand(new PredictCommand())
                .addSubcommand(new GenerateCommand())
                .addSubcommand(new ExportCommand())
                .addSubcommand(new ModelsCommand())
                .addSubcommand(new DataCommand())
                .addSubcommand(new DoctorCommand(startedBy))
                .addSubcommand(new CommandLine.HelpCommand());
        if (startedBy == StartedBy.LAUNCHER) { // a driver elsewhere has no benchmarks on its class path
            line.addSubcommand(new BenchmarkCommand());
        }
        line.getSubcommands().values().forEach(Commands::withHelp);
        withHelp(line);
        line.setParameterExceptionHandler((exception, arguments) -> usage(exception.getMessage()
                + hint(exception)
                + " (see: lockstep "
                + exception.getCommandLine().getCommandSpec().qualifiedName(" ").replaceFirst("^lockstep ?", "")
                + " --help)"));
        line.setExecutionExceptionHandler((exception, command, parsed) -> failed(exception));
        if (args.length == 0) {
            line.usage(System.out);
            return ExitStatus.USAGE;
        }
        try {
            return line.execute(args);
        } catch (LinkageError e) { // of a class that could not begin, or of natives: picocli hands on exceptions alone
            return failed(e);
        }
    }

    private static void withHelp(CommandLine line) {
        line.setUsageHelpAutoWidth(true);
        line.setAbbreviatedOptionsAllowed(false);
        if (line.getCommandSpec().findOption("--help") == null) {
            line.getCommandSpec().mixinStandardHelpOptions(true);
        }
        line.getCommandSpec().versionProvider(new Version());
        line.getSubcommands().values().forEach(Commands::withHelp);
    }

    private static String hint(CommandLine.ParameterException exception) {
        if (exception instanceof CommandLine.UnmatchedArgumentException unmatched) {
            var suggestions = unmatched.getSuggestions();
            return suggestions.isEmpty() ? "" : "; did you mean " + suggestions.get(0) + "?";
        }
        return "";
    }

    /** One line for what a person can mend; a stack trace only for what is our bug. */
    private static int failed(Throwable exception) {
        if (exception instanceof JobFailedException || exception instanceof FetchException) {
            complain(exception.getMessage());
            return ExitStatus.FAILED;
        }
        if (exception instanceof UsageException
                || exception instanceof TooFewSlotsException
                || exception instanceof DatasetException) {
            return usage(exception.getMessage());
        }
        Optional<String> foreign = ForeignFailures.line(exception);
        complain(foreign.orElse("this is a fault of Lockstep's, please report it: " + exception));
        if (foreign.isEmpty()) {
            exception.printStackTrace(System.err);
        }
        return ExitStatus.FAILED;
    }

    private static int usage(String message) {
        complain(message);
        return ExitStatus.USAGE;
    }

    private static void complain(String message) {
        PrintStream err = System.err;
        err.println("lockstep: " + message);
    }

    /** From the build. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"lockstep " + BuildInfo.VERSION + " (" + BuildInfo.COMMIT + ")"};
        }
    }
}
