package io.lockstep.spark;

import java.io.Serializable;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What tasks of any kind tell the driver while they run, without a {@link BarrierJob}: for code that Lockstep does not
 * start itself. Unordered between executors, and what is told after {@link #close} is dropped.
 *
 * <p>Static for {@link JobChannel}'s reason.
 */
public final class DriverNotes implements AutoCloseable {
    private static final Map<String, DriverNotes> OPEN = new ConcurrentHashMap<>();

    private final String topic = UUID.randomUUID().toString();
    private final Consumer<Serializable> reader;

    /** @param reader called on Spark's RPC threads, one note at a time */
    public DriverNotes(Consumer<Serializable> reader) {
        this.reader = reader;
        OPEN.put(topic, this);
    }

    /** What a task gives {@link #send}. */
    public String topic() {
        return topic;
    }

    /** On an executor. Its application runs with {@link LockstepPlugin}. */
    public static void send(String topic, Serializable note) {
        DriverLink.note(topic, note);
    }

    static void receive(Messages.Note note) {
        DriverNotes open = OPEN.get(note.topic());
        if (open != null) {
            open.read(note.note());
        }
    }

    private synchronized void read(Serializable note) {
        reader.accept(note);
    }

    @Override
    public void close() {
        OPEN.remove(topic);
    }
}
