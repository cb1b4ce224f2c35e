package io.lockstep.networks.stock;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.schedule.ISchedule;

/** The classes that a DL4J configuration can be made of, as DL4J's own jars have them. */
final class StockClasses {
    /** What a class is for in a configuration. */
    enum Kind {
        LAYER("Layers", Layer.class),
        VERTEX("Vertices", GraphVertex.class),
        PREPROCESSOR("Preprocessors", InputPreProcessor.class),
        LOSS("Losses", ILossFunction.class),
        ACTIVATION("Activation functions", IActivation.class),
        DROPOUT("Dropout", IDropout.class),
        WEIGHT_NOISE("Noise of weights", IWeightNoise.class),
        CONSTRAINT("Constraints", LayerConstraint.class),
        REGULARIZATION("Regularisation", Regularization.class),
        UPDATER("Updaters", IUpdater.class),
        SCHEDULE("Schedules", ISchedule.class),
        INITIALISATION("Initial weights", IWeightInit.class);

        private final String title;
        private final Class<?> root;

        Kind(String title, Class<?> root) {
            this.title = title;
            this.root = root;
        }

        String title() {
            return title;
        }
    }

    private StockClasses() {}

    /** By kind, then by simple name: all classes that can be instantiated. */
    static Map<Kind, Map<String, Class<?>>> all() throws IOException, URISyntaxException {
        Map<Kind, Map<String, Class<?>>> found = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            found.put(kind, new TreeMap<>());
        }
        for (Class<?> inJar : List.of(Layer.class, IUpdater.class)) { // deeplearning4j-nn and nd4j-api
            File jar = new File(
                    inJar.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (JarFile file = new JarFile(jar)) {
                file.stream().map(JarEntry::getName).forEach(entry -> add(entry, found));
            }
        }
        return found;
    }

    private static void add(String entry, Map<Kind, Map<String, Class<?>>> found) {
        boolean configuration = entry.startsWith("org/deeplearning4j/") || entry.startsWith("org/nd4j/linalg/");
        if (!configuration || !entry.endsWith(".class") || entry.contains("$")) {
            return;
        }
        Class<?> type;
        try {
            String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
            type = Class.forName(name, false, StockClasses.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return; // extends what is an optional dependency of DL4J's, and is no part of a configuration
        }
        for (Kind kind : Kind.values()) {
            if (kind.root.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
                found.get(kind).put(type.getSimpleName(), type);
            }
        }
    }
}
