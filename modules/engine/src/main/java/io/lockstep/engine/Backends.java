package io.lockstep.engine;

import java.util.List;
import java.util.ServiceLoader;

/**
 * The backends on the class path, by name. A backend of one's own is a class with a public constructor without parameters
 * that {@code META-INF/services/io.lockstep.engine.Backend} names.
 */
public final class Backends {
    private static final String STANDARD = "cpu";

    private Backends() {}

    /** What trains where nobody asks for another. */
    public static Backend standard() {
        return of(STANDARD);
    }

    /** @throws IllegalArgumentException if there is none of this name, with the names that there are */
    public static Backend of(String name) {
        return all().stream()
                .filter(backend -> backend.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no backend called " + name + "; there are "
                        + String.join(", ", all().stream().map(Backend::name).toList())));
    }

    private static List<Backend> all() {
        // the engine's own class loader: the thread's may know another copy of the interface, or none
        return ServiceLoader.load(Backend.class, Backend.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
