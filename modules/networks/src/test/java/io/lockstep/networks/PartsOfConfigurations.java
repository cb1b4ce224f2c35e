package io.lockstep.networks;

import io.lockstep.networks.layers.EngineLayer;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import net.bytebuddy.dynamic.scaffold.subclass.ConstructorStrategy;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import sun.reflect.ReflectionFactory;

/** Finds the parts of a network's configuration, and makes of each one of a class that extends its own. */
final class PartsOfConfigurations {
    private PartsOfConfigurations() {}

    /** Kinds of parts that are translated. */
    static final List<Class<?>> KINDS = List.of(
            Layer.class,
            GraphVertex.class,
            InputPreProcessor.class,
            IActivation.class,
            ILossFunction.class,
            IDropout.class,
            IWeightNoise.class);

    static final Map<Class<?>, Class<?>> SUBCLASSES = new LinkedHashMap<>();

    /** A part of a configuration, and how to put another in its place. */
    record Place(Object owner, Object part, Consumer<Object> put) {}

    static List<Place> places(ComputationGraphConfiguration configuration) {
        List<Place> places = new ArrayList<>();
        Map<Object, Boolean> seen = new IdentityHashMap<>();
        configuration.getVertices().forEach((name, vertex) -> {
            places.add(new Place(
                    configuration, vertex, other -> configuration.getVertices().put(name, (GraphVertex) other)));
            collect(vertex, places, seen);
        });
        return places;
    }

    static void collect(Object owner, List<Place> places, Map<Object, Boolean> seen) {
        if (seen.put(owner, true) != null) {
            return;
        }
        for (Field field : fields(owner.getClass())) {
            Object value = get(field, owner);
            boolean ofDl4j = value != null
                    && value.getClass()
                            .getName()
                            .matches(
                                    "org\\.(deeplearning4j|nd4j)\\..*\\.conf\\..*|org\\.nd4j\\.linalg\\.(activations|lossfunctions)\\.impl\\..*");
            if (!ofDl4j || value instanceof Enum) {
                continue;
            }
            // which have none, whatever the network's default is
            boolean idle = value instanceof IActivation
                    && (owner instanceof BatchNormalization
                            || owner instanceof DropoutLayer
                            || owner instanceof EngineLayer);
            if (!idle && KINDS.stream().anyMatch(kind -> kind.isInstance(value))) {
                places.add(new Place(owner, value, other -> set(field, owner, other)));
            }
            collect(value, places, seen);
        }
    }

    static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    static Object get(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    static void set(Field field, Object owner, Object value) {
        try {
            field.set(owner, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same as a part, of a class that extends its class and is called Own before its name. */
    static Object ofSubclass(Object part) {
        try {
            Class<?> subclass = SUBCLASSES.computeIfAbsent(part.getClass(), PartsOfConfigurations::subclass);
            Object copy = ReflectionFactory.getReflectionFactory()
                    .newConstructorForSerialization(subclass, Object.class.getDeclaredConstructor())
                    .newInstance();
            for (Field field : fields(part.getClass())) {
                field.set(copy, field.get(part));
            }
            return copy;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static Class<?> subclass(Class<?> type) {
        return new ByteBuddy()
                .subclass(type, ConstructorStrategy.Default.NO_CONSTRUCTORS)
                .name(SubclassesTest.class.getPackageName() + ".Own" + type.getSimpleName())
                .make()
                .load(type.getClassLoader(), ClassLoadingStrategy.UsingLookup.of(MethodHandles.lookup()))
                .getLoaded();
    }
}
