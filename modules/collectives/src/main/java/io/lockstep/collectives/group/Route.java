package io.lockstep.collectives.group;

import java.util.Locale;

/** A way between two ranks. */
public enum Route {
    /** Mapped files; within a host only. */
    SHARED_MEMORY,
    /** The JDK's sockets: between hosts the fastest, since the kernel moves TCP in units of 64 KiB. */
    TCP,
    /** By Aeron, of a module of its own: where TCP is not let through, or single losses must not stop what follows them. */
    UDP;

    /** From {@code shared-memory} (or {@code ipc}), {@code tcp} and {@code udp}. */
    public static Route parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "shared-memory", "ipc" -> SHARED_MEMORY;
            case "tcp" -> TCP;
            case "udp" -> UDP;
            default ->
                throw new IllegalArgumentException("transport '" + text + "': allowed are shared-memory, tcp and udp");
        };
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
