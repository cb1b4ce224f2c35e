package io.lockstep.benchmarks;

import io.lockstep.benchmarks.step.Breakdown;
import io.lockstep.benchmarks.step.StepMeasurement;
import io.lockstep.benchmarks.step.StockFit;
import io.lockstep.datasets.Batch;
import io.lockstep.engine.Precision;
import io.lockstep.modelzoo.ModelInput;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.Trainee;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Training steps of one replica on random images or text, in this process. */
@Command(
        name = "step",
        description = "Measures forward, backward and update of one replica.",
        mixinStandardHelpOptions = true)
public final class StepBenchmark implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--model", description = "A name of the model zoo. Default: ${DEFAULT-VALUE}.")
    String model = "resnet18";

    @Option(
            names = "--input",
            paramLabel = "CxHxW",
            description = "Channels, height and width; of text 1xTx1. Default: 3x32x32, for language models 1x64x1.")
    String input;

    @Option(names = "--batch", description = "Examples of a step. Default: ${DEFAULT-VALUE}.")
    int batch = 64;

    @Option(
            names = "--threads",
            description = "For forward and backward; DL4J's are OMP_NUM_THREADS. Default: all cores.")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--precision", description = "fp32, bf16. Default: ${DEFAULT-VALUE}.")
    String precision = "fp32";

    @Option(
            names = "--runtime",
            description = "auto (the engine), dl4j (DL4J's layers, convolutions by oneDNN), stock (DL4J's own fit)."
                    + " Default: ${DEFAULT-VALUE}.")
    String runtime = "auto";

    @Option(names = "--seconds", description = "Measured, after as long a warm-up. Default: ${DEFAULT-VALUE}.")
    double seconds = 8;

    @Option(
            names = "--breakdown",
            description =
                    "Also prints where the time goes, and how far each operation is from what this machine reaches.")
    boolean breakdown;

    @Option(names = "--json", description = "Write the result to this file.")
    Path json;

    @Override
    public Integer call() throws Exception {
        StepMeasurement report;
        requirePositive(batch, "--batch");
        requirePositive(threads, "--threads");
        requirePositive(seconds, "--seconds");
        NetworkDefinition definition = definition();
        if (definition.game() != null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--model=" + model + ": has two networks that take turns; train tells what their steps take");
        }
        if (!runtime.equals("auto")) {
            requireEngine(breakdown, "--breakdown");
            requireEngine(precision() != Precision.FLOAT32, "--precision=" + precision);
        }
        Batch examples = randomBatch(definition);
        switch (runtime) {
            case "auto" -> {
                try (var replica = new CompiledReplica(definition, batch, 0, threads, precision(), null)) {
                    System.gc(); // what building has left goes back to the system before a step takes its memory
                    report = report(definition, replica.plan().graph().forwardFlop(), stepsOf(replica, examples));
                    if (breakdown) {
                        Breakdown.of(replica, examples, precision()).print(System.out);
                    }
                }
            }
            case "dl4j" -> {
                try (var replica = new Dl4jReplica(definition, batch, 0)) {
                    report = report(definition, ModelSummary.of(definition).flops(), stepsOf(replica, examples));
                }
            }
            case "stock" -> {
                try (var network = new StockFit(definition, examples)) {
                    report = report(definition, ModelSummary.of(definition).flops(), step -> network.fit());
                }
            }
            default ->
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--runtime=" + runtime + ": must be auto, dl4j or stock");
        }
        System.out.print(report.json());
        if (json != null) {
            Files.writeString(json, report.json());
        }
        return 0;
    }

    private NetworkDefinition definition() {
        try {
            return ModelZoo.get(model).build(input(), Hyperparameters.defaults(), 1);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--model=" + model + ": " + e.getMessage(), e);
        }
    }

    private void requirePositive(double value, String option) {
        if (value <= 0) {
            throw new CommandLine.ParameterException(spec.commandLine(), option + " must be above 0");
        }
    }

    private void requireEngine(boolean asked, String option) {
        if (asked) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), option + " is the engine's: leave --runtime=auto");
        }
    }

    /** A rate so small that a fixed batch is never fitted, which would leave zeros to multiply. */
    private static LongConsumer stepsOf(Trainee trainee, Batch examples) {
        return step -> {
            trainee.forwardBackward(examples, step, mark -> {});
            trainee.update(step, 0, StockFit.LEARNING_RATE);
        };
    }

    private Precision precision() {
        return switch (precision) {
            case "fp32" -> Precision.FLOAT32;
            case "bf16" -> Precision.BFLOAT16;
            default ->
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "--precision=" + precision + ": must be fp32 or bf16");
        };
    }

    private ModelInput input() {
        ModelInput usual = ModelZoo.get(model).usualInput();
        if (usual == null) {
            usual = new ModelInput(3, 32, 32, 10);
        }
        if (input == null) {
            return usual;
        }
        int[] sizes =
                Arrays.stream(input.split("x")).mapToInt(Integer::parseInt).toArray();
        return new ModelInput(sizes[0], sizes[1], sizes[2], usual.classes());
    }

    private Batch randomBatch(NetworkDefinition definition) {
        Random random = new Random(1);
        int floats = batch * definition.featureSize();
        ByteBuffer features = ByteBuffer.allocateDirect(floats * Float.BYTES).order(ByteOrder.nativeOrder());
        boolean tokens = definition.tokens();
        for (int i = 0; i < floats; i++) {
            float value = tokens ? random.nextInt(definition.classes()) : (float) random.nextGaussian();
            features.putFloat(i * Float.BYTES, value);
        }
        IntBuffer labels = IntBuffer.allocate(batch * definition.labelsOfExample());
        for (int i = 0; i < labels.capacity(); i++) {
            labels.put(i, random.nextInt(definition.classes()));
        }
        return new Batch(batch, features, labels);
    }

    /** Steps for as long as asked, five at least; milliseconds of each. */
    private double[] run(LongConsumer step, long first) {
        double[] milliseconds = new double[1 << 16];
        int steps = 0;
        long start = System.nanoTime();
        while (steps < milliseconds.length && (steps < 5 || System.nanoTime() - start < seconds * 1e9)) {
            long before = System.nanoTime();
            step.accept(first + steps);
            milliseconds[steps++] = (System.nanoTime() - before) / 1e6;
        }
        return Arrays.copyOf(milliseconds, steps);
    }

    /** @param flop of forward for one example */
    private StepMeasurement report(NetworkDefinition definition, long flop, LongConsumer step) {
        double[] warmUp = run(step, 0);
        double[] milliseconds = run(step, warmUp.length);
        Arrays.sort(milliseconds);
        double median = milliseconds[milliseconds.length / 2];
        return new StepMeasurement(
                new StepMeasurement.Setting(model, runtime, batch, threads, precision),
                ModelSummary.of(definition).parameters(),
                StepMeasurement.Speed.of(median, batch, flop),
                peakMegabytes());
    }

    /** As Linux counts it; 0 elsewhere. */
    private static long peakMegabytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new StepBenchmark()).execute(args));
    }
}
