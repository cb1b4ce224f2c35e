package io.lockstep.cli;

import io.lockstep.modelzoo.Model;
import io.lockstep.modelzoo.ModelInput;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.ModelSummary.Row;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.UsageException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "models",
        description = "Lists the networks, or the layers of one.",
        footer = {"", "Example:  bin/lockstep models resnet18 --input 3x224x224 --classes 1000"})
final class ModelsCommand implements Callable<Integer> {
    private static final Pattern INPUT = Pattern.compile("(\\d{1,5})x(\\d{1,5})x(\\d{1,5})");
    private static final double MILLION = 1e6;
    private static final ModelInput PICTURES = new ModelInput(3, 32, 32, 10);

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "A network, for its layers.")
    private String name;

    @Option(
            names = "--input",
            paramLabel = "CxHxW",
            description = "Channels, height and width; of text 1xTx1. Default: 3x32x32, for language models 1x64x1.")
    private String input;

    @Option(names = "--classes", paramLabel = "N", description = "Default: 10, for language models 65.")
    private Integer classes;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the same as JSON.")
    private Path json;

    /** @param forwardMflop a multiplication and an addition counted as two */
    private record Entry(
            String name,
            long parameters,
            long runningStatistics,
            double forwardMflop,
            String source,
            String description) {}

    /** In place of an {@link Entry}: of a model that does not take the input, and why. */
    private record Refusal(String name, String refused, String source, String description) {}

    private record Details(Entry model, List<Row> layers) {}

    @Override
    public Integer call() throws IOException {
        Object result = name == null ? list(System.out) : describe(Networks.model(name), System.out);
        if (json != null) {
            Files.writeString(json, Json.pretty(result));
        }
        return ExitStatus.DONE;
    }

    private List<Record> list(PrintStream out) {
        out.println(Progress.format(
                "%-13s %-8s %7s %14s %15s  %s", "name", "input", "classes", "parameters", "forward MFLOP", "source"));
        List<Record> rows = new ArrayList<>();
        for (Model model : ModelZoo.all()) {
            if (input != null && (model.usualInput() != null) != (text(input))) {
                continue; // text for what reads pictures, or the other way round
            }
            rows.add(row(model, input(model), out));
        }
        return rows;
    }

    /** Its numbers, or why there are none. */
    private static Record row(Model model, ModelInput input, PrintStream out) {
        String asked = Progress.format("%-13s %-8s %,7d", model.name(), shown(input), input.classes());
        ModelSummary summary;
        try {
            summary = summary(model, input);
        } catch (IllegalArgumentException e) {
            out.println(asked + "  " + e.getMessage());
            return new Refusal(model.name(), e.getMessage(), model.source(), model.description());
        }
        Entry entry = entry(model, summary);
        out.println(Progress.format(
                "%s %,14d %,15.1f  %s", asked, entry.parameters(), entry.forwardMflop(), entry.source()));
        return entry;
    }

    private Details describe(Model model, PrintStream out) {
        ModelInput read = input(model);
        ModelSummary summary = requiredSummary(model, read);
        Entry entry = entry(model, summary);
        out.println(model.name() + ": " + model.description());
        out.println("after " + model.source());
        String row = "%-18s %-22s %-14s %12s %10s %10s";
        out.println(Progress.format(row, "layer", "type", "output", "parameters", "statistics", "MFLOP"));
        for (Row layer : summary.layers()) {
            out.println(Progress.format(
                    row,
                    layer.name(),
                    layer.type(),
                    layer.outputShape().stream().map(String::valueOf).collect(Collectors.joining("x")),
                    Progress.format("%,d", layer.parameters()),
                    Progress.format("%,d", layer.statistics()),
                    Progress.format("%.2f", 2 * layer.multiplyAdds() / MILLION)));
        }
        out.println(Progress.format(
                "%,d parameters, %,d running statistics, %.1f MFLOP forward for an example of %s",
                entry.parameters(), entry.runningStatistics(), entry.forwardMflop(), shown(read)));
        return new Details(entry, summary.layers());
    }

    private static Entry entry(Model model, ModelSummary summary) {
        return new Entry(
                model.name(),
                summary.parameters(),
                summary.statistics(),
                summary.flops() / MILLION,
                model.source(),
                model.description());
    }

    /** @throws IllegalArgumentException if the model does not take the input */
    private static ModelSummary summary(Model model, ModelInput input) {
        return ModelSummary.of(model.build(input, Hyperparameters.defaults(), 1));
    }

    private static ModelSummary requiredSummary(Model model, ModelInput input) {
        try {
            return summary(model, input);
        } catch (IllegalArgumentException e) {
            throw new UsageException(model.name() + ": " + e.getMessage(), e);
        }
    }

    private static boolean text(String shape) {
        return shape.startsWith("1x") && shape.endsWith("x1");
    }

    private static String shown(ModelInput input) {
        return input.channels() + "x" + input.height() + "x" + input.width();
    }

    /** What was asked for, or what the model usually reads. */
    private ModelInput input(Model model) {
        ModelInput usual = model.usualInput() != null ? model.usualInput() : PICTURES;
        String shape = input != null ? input : shown(usual);
        Matcher numbers = INPUT.matcher(shape);
        if (!numbers.matches()) {
            throw new UsageException("--input " + shape + ": expected channels, height and width, as 3x32x32");
        }
        try {
            return new ModelInput(
                    Integer.parseInt(numbers.group(1)),
                    Integer.parseInt(numbers.group(2)),
                    Integer.parseInt(numbers.group(3)),
                    classes != null ? classes : usual.classes());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }
}
