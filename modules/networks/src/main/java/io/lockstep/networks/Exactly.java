package io.lockstep.networks;

import java.util.Optional;

/**
 * Decides whether a part of a DL4J configuration (a layer, a loss, an activation, an updater, ...) is one that Lockstep knows:
 * it is, if it is of a known class itself. An instance of a subclass may do anything else, which only DL4J can run, so that
 * {@code instanceof} is never the question where DL4J's work is done by something faster.
 */
public final class Exactly {
    private Exactly() {}

    /** @param part may be null, which is of no class */
    public static boolean is(Class<?> type, Object part) {
        return part != null && part.getClass() == type;
    }

    /** The part as what it is, if it is that and no subclass. */
    public static <T> Optional<T> as(Class<T> type, Object part) {
        return is(type, part) ? Optional.of(type.cast(part)) : Optional.empty();
    }

    /** Whether two parts are of one class and, by that class's own comparison, the same. */
    public static boolean equal(Object known, Object part) {
        return is(known.getClass(), part) && known.equals(part);
    }
}
