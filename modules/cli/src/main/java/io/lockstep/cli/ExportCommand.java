package io.lockstep.cli;

import io.lockstep.runs.folder.CommittedFile;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.trained.NetworkExport;
import io.lockstep.runs.trained.NetworkExport.Format;
import io.lockstep.runs.trained.TrainedRun;
import io.lockstep.training.checkpoint.Checkpoint;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Writes the network of a run's newest checkpoint for other programs, in this process, without Spark:",
            "as ONNX, which runtimes of many languages run, or its parameters alone as safetensors, by the names of",
            "torchvision or Hugging Face where they have the same network.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  bin/lockstep export runs/mine --format onnx --out mine.onnx",
            "  bin/lockstep export runs/mine --format safetensors --out mine.safetensors"
        },
        sortOptions = false)
final class ExportCommand implements Callable<Integer> {
    private static final int BUFFER = 1 << 18;

    @Parameters(paramLabel = "RUN_DIR", description = "The folder of a run.")
    private String runDir;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "onnx or safetensors. Default: what --out ends with.")
    private String format;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The file to write.")
    private Path out;

    @Mixin
    private CheckpointOption checkpoint;

    @Option(names = "--json", paramLabel = "FILE", description = "Write what was done as JSON.")
    private Path json;

    private record Result(String model, long checkpointStep, String format, String file, long bytes) {}

    @Override
    public Integer call() throws IOException {
        Format chosen = format();
        Configuration configuration = RunFolder.configuration(runDir);
        checkpoint.putInto(configuration);
        TrainedRun run = TrainedRun.open(runDir, configuration, SparkJobs.storage(new SparkConf()));
        Checkpoint read = run.checkpoint();
        String written;
        try (var file = CommittedFile.at(out)) {
            OutputStream buffered = new BufferedOutputStream(file.out(), BUFFER);
            written = new NetworkExport(run, read).write(chosen, buffered);
            buffered.flush();
            file.commit();
        }
        long bytes = Files.size(out);
        long step = read.state().step();
        System.out.println(
                Progress.format("%s: %s after %,d steps, %s, %,d bytes", out, run.model(), step, written, bytes));
        if (json != null) {
            String word = chosen.name().toLowerCase(Locale.ROOT);
            Files.writeString(json, Json.pretty(new Result(run.model(), step, word, out.toString(), bytes)));
        }
        return ExitStatus.DONE;
    }

    private Format format() {
        String word = format == null ? out.toString().replaceFirst("^.*\\.", "") : format;
        return Arrays.stream(Format.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> new UsageException("--format is onnx or safetensors, not '" + word + "'"
                        + (format == null ? ", which --out ends with" : "")));
    }
}
