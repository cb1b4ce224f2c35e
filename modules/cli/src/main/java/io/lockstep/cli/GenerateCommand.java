package io.lockstep.cli;

import io.lockstep.datasets.text.TextFile;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.TextGenerator;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.trained.Samples;
import io.lockstep.runs.trained.TrainedRun;
import io.lockstep.training.Replica;
import io.lockstep.training.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "generate",
        description = {
            "Draws from a run's newest checkpoint, in this process, without Spark: text of a language model, pictures"
                    + " of a GAN.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  bin/lockstep generate runs/gpt --prompt ROMEO: --temperature 0.8 --top-k 20",
            "  bin/lockstep generate runs/dcgan --count 64 --out digits.png",
            "  bin/lockstep generate runs/cgan --class 7"
        },
        sortOptions = false)
final class GenerateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN_DIR", description = "The folder of a language model's or a GAN's run.")
    private String runDir;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "What the text begins with. Default: a new line.")
    private String prompt = "\n";

    @Option(names = "--length", paramLabel = "N", description = "Characters to draw. Default: ${DEFAULT-VALUE}.")
    private int length = 500;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Below 1 the likely more often, above 1 the unlikely. Default: ${DEFAULT-VALUE}.")
    private double temperature = 0.8;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Draw among the K most likely characters only; 0: all. Default: ${DEFAULT-VALUE}.")
    private int topK = 0;

    @Option(names = "--count", paramLabel = "N", description = "Pictures to draw. Default: ${DEFAULT-VALUE}.")
    private int count = Samples.COUNT;

    @Option(
            names = "--class",
            paramLabel = "C",
            description = "What a conditional GAN draws. Default: each column another.")
    private Integer wanted;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where the pictures go, as a PNG. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("samples.png");

    @Option(names = "--seed", paramLabel = "S", description = "Of what is drawn. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Mixin
    private CheckpointOption checkpoint;

    @Spec
    private CommandSpec call;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result as JSON too.")
    private Path json;

    private record Result(String model, long checkpointStep, double temperature, int topK, long seed, String text) {}

    @Override
    public Integer call() throws IOException {
        if (!(temperature > 0) || topK < 0 || length < 1 || prompt.isEmpty()) {
            throw new UsageException(
                    "--temperature and --length must be positive, --top-k 0 or more, --prompt not empty");
        }
        Configuration configuration = RunFolder.configuration(runDir);
        checkpoint.putInto(configuration);
        configuration.put(DataSettings.PRECISION.name(), "fp32"); // one character at a time, on any CPU
        TrainedRun run = TrainedRun.open(runDir, configuration, SparkJobs.storage(new SparkConf()));
        if (run.network().game() != null && !run.isGame()) {
            throw new UsageException(runDir + " has " + run.model()
                    + ", a game of one's own: a program draws what it draws," + " by GameReplica.draw");
        }
        if (run.isGame()) {
            refuse(
                    "is for language models, this run has " + run.model(),
                    "--prompt",
                    "--length",
                    "--temperature",
                    "--top-k");
            if (run.network().adversarial().classes() == 0) {
                refuse("is for a conditional GAN (cgan), this run has " + run.model(), "--class");
            }
            drawPictures(run);
            return ExitStatus.DONE;
        }
        if (!(run.source() instanceof TextFile text)) {
            throw new UsageException(
                    runDir + " has " + run.model() + ": only models of the next character, and GANs, generate");
        }
        refuse("is for GANs, this run has " + run.model(), "--count", "--class", "--out");
        Checkpoint chosen = run.checkpoint();
        int steps = configuration.get(DataSettings.SEQUENCE_LENGTH);
        try (Replica replica = run.load(chosen, 1, 1)) {
            if (!(replica instanceof CompiledReplica model)) {
                throw new UsageException(
                        "text is drawn by the compiled runtime only, and DL4J itself runs this network");
            }
            String drawn = draw(text, model, steps);
            if (json != null) {
                var result = new Result(
                        configuration.get(DataSettings.MODEL), chosen.state().step(), temperature, topK, seed, drawn);
                Files.writeString(json, Json.pretty(result));
            }
        }
        return ExitStatus.DONE;
    }

    /** An option that nothing heeds would look as if it had been. */
    private void refuse(String why, String... options) {
        for (String option : options) {
            if (call.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new UsageException(option + " " + why);
            }
        }
    }

    private record Pictures(String model, int count, Integer wanted, long seed, String file) {}

    private void drawPictures(TrainedRun run) throws IOException {
        if (count < 1
                || (wanted != null && (wanted < 0 || wanted >= run.source().classes()))) {
            throw new UsageException(
                    "--count is 1 or more, --class from 0 to " + (run.source().classes() - 1));
        }
        Files.write(out, new Samples(run).png(count, wanted, seed));
        System.out.println(out + ": " + count + " pictures drawn by " + run.model());
        if (json != null) {
            Files.writeString(json, Json.pretty(new Pictures(run.model(), count, wanted, seed, out.toString())));
        }
    }

    private String draw(TextFile text, CompiledReplica model, int steps) {
        int[] start;
        try {
            start = text.characters().encode(prompt);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--prompt: " + e.getMessage() + " of " + text.name(), e);
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.print(prompt);
        StringBuilder drawn = new StringBuilder(prompt);
        new TextGenerator(model, steps, text.classes(), temperature, topK, seed).generate(start, length, number -> {
            String character = text.characters().decode(number);
            out.print(character);
            drawn.append(character);
        });
        out.println();
        return drawn.toString();
    }
}
