package io.lockstep.networks.stock;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.networks.LabelKind;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.OutputFeed;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.stock.StockClasses.Kind;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** What becomes of each of DL4J's classes, found out by training a network that has it. */
final class ClassTable {
    private static final int EXAMPLES = 3;

    private ClassTable() {}

    enum Runtime {
        /** The engine compiles it. */
        ENGINE("engine"),
        /** DL4J itself runs it, for Lockstep. */
        DL4J("DL4J"),
        /** Neither, and whoever tries is told so by name. */
        REFUSED("refused");

        private final String word;

        Runtime(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** @param note why the engine does not run it, or nobody; empty for what the engine compiles */
    record Verdict(Runtime runtime, String note) {}

    /** Networks that have the classes, by class. */
    static Map<Class<?>, Supplier<Example>> examples() {
        Map<Class<?>, Supplier<Example>> examples = new HashMap<>(LayerExamples.all());
        examples.putAll(VertexExamples.all());
        examples.putAll(PartExamples.all());
        return examples;
    }

    static Verdict tried(Example example) {
        NetworkDefinition definition;
        try {
            definition = new NetworkDefinition(example.configuration(), example.input());
        } catch (IllegalArgumentException e) {
            return new Verdict(Runtime.REFUSED, plain(e.getMessage()));
        }
        Optional<String> obstacle = Replicas.obstacle(definition, 0);
        if (obstacle.isEmpty()) {
            try (NetworkReplica compiled = new CompiledReplica(definition, EXAMPLES, 0, 1)) {
                requireTrains(compiled, definition);
            }
            return new Verdict(Runtime.ENGINE, "");
        }
        try {
            Dl4jReplica.requireRuns(definition, 0, false);
            try (NetworkReplica dl4j = new Dl4jReplica(definition, EXAMPLES, 0)) {
                requireTrains(dl4j, definition);
            }
        } catch (UnsupportedOperationException e) {
            return new Verdict(Runtime.REFUSED, plain(e.getMessage()));
        }
        return new Verdict(Runtime.DL4J, plain(obstacle.get()));
    }

    /** Without the names that the examples give. */
    private static String plain(String message) {
        return message.replaceFirst("^(vertex|layer|output) '[^']*':? ", "")
                .replaceFirst("; DL4J itself can run this network \\(Dl4jReplica\\)$", "");
    }

    private static void requireTrains(NetworkReplica replica, NetworkDefinition definition) {
        BatchResult result = replica.forwardBackward(batch(definition), 1, mark -> {});
        if (!Double.isFinite(result.lossSum())) {
            throw new IllegalStateException("a loss of " + result.lossSum());
        }
        FloatBuffer gradients =
                replica.gradients().order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (int i = 0; i < gradients.limit(); i++) {
            if (!Float.isFinite(gradients.get(i))) {
                throw new IllegalStateException("a gradient of " + gradients.get(i));
            }
        }
        replica.update(0, 0, 0.1, EXAMPLES);
    }

    private static Batch batch(NetworkDefinition definition) {
        Random random = new Random(5);
        int values = EXAMPLES * definition.featureSize();
        ByteBuffer features = ByteBuffer.allocateDirect(values * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < values; i++) {
            features.putFloat(
                    i * Float.BYTES,
                    definition.tokens() ? random.nextInt(vocabulary(definition)) : random.nextFloat() + 0.1f);
        }
        Field field = Field.float32(Batch.FEATURES, definition.featureSize());
        return new Batch(EXAMPLES, 0, new Column(field, features), labels(definition, random));
    }

    private static Column labels(NetworkDefinition definition, Random random) {
        OutputFeed output = definition.plan().outputs().get(0);
        if (output.kind() == LabelKind.VALUES) {
            float[] values = new float[EXAMPLES * output.layout().elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = output.loss() == null ? 0 : random.nextFloat() + 0.1f; // pictures without a box
            }
            return Column.ofFloats(Field.float32(Batch.LABELS, output.layout().elements()), values);
        }
        int[] classes = new int[EXAMPLES * output.layout().places()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = random.nextInt(definition.classesOfData());
        }
        return Column.ofInts(Field.int32(Batch.LABELS, output.layout().places()), classes);
    }

    private static int vocabulary(NetworkDefinition definition) {
        return definition.input() instanceof InputType.InputTypeRecurrent sequence
                ? (int) sequence.getSize()
                : (int) definition.input().arrayElementsPerExample();
    }

    /** The page, in Markdown. */
    static String page(Map<Kind, Map<String, Verdict>> verdicts) {
        StringBuilder page = new StringBuilder("""
                # Deeplearning4j's classes in Lockstep

                For whoever brings a network of Deeplearning4j's (DL4J): every class of DL4J 1.0.0-M2.1 that a network's configuration
                can contain, and what runs it. A test, `ClassTableTest`, trains a small network with each of them and writes this page.

                - **engine**: Lockstep's own engine runs it. If the engine has only some of its options, `configuration-fields.txt`
                  beside the tests names the others; DL4J runs the network if one of these is set.
                - **DL4J**: DL4J itself runs the network, in each replica, which is slower. One such class in a network is enough for
                  DL4J to run the whole network.
                - **refused**: neither can train it; the run is refused with this reason before anything starts.

                DL4J also runs your own layers, vertices, losses and functions, including those that extend one of these classes.
                """);
        verdicts.forEach((kind, ofKind) -> {
            page.append("\n## ").append(kind.title()).append("\n\n| class | run by | why |\n|---|---|---|\n");
            ofKind.forEach((name, verdict) -> page.append("| `")
                    .append(name)
                    .append("` | ")
                    .append(verdict.runtime().word())
                    .append(" | ")
                    .append(verdict.note().replace("|", "\\|"))
                    .append(" |\n"));
        });
        return page.toString();
    }
}
