package io.lockstep.spark;

import io.lockstep.training.RunEvent;
import java.io.Serializable;
import org.apache.spark.api.plugin.PluginContext;

/**
 * An executor's end of the channel. Static, once per executor JVM, because Spark hands the context to the plugin and
 * gives tasks no way to reach it.
 */
final class DriverLink {
    private static volatile PluginContext context;

    private DriverLink() {}

    static void open(PluginContext pluginContext) {
        context = pluginContext;
    }

    private static PluginContext context() {
        PluginContext open = context;
        if (open == null) {
            throw new IllegalStateException(
                    "the executor runs without Lockstep's plugin; start the application with spark.plugins="
                            + LockstepPlugin.class.getName());
        }
        return open;
    }

    static byte[] key(String jobId, int attempt) {
        try {
            return (byte[]) context().ask(new Messages.KeyRequest(jobId, attempt));
        } catch (Exception e) {
            throw new IllegalStateException("the driver did not answer with the key of attempt " + attempt, e);
        }
    }

    static void event(String jobId, int attempt, RunEvent event) {
        send(new Messages.Event(jobId, attempt, event));
    }

    /** Returns when the driver has read all that was told so far: a task's result comes by another way. */
    static void flush() {
        try {
            context().ask(new Messages.Flush());
        } catch (Exception e) {
            throw new IllegalStateException("the driver did not answer at the end of the run", e);
        }
    }

    static void failure(String jobId, int attempt, RankFailure failure) {
        send(new Messages.Failure(jobId, attempt, failure));
    }

    static void note(String topic, Serializable note) {
        send(new Messages.Note(topic, note));
    }

    private static void send(Object message) {
        try {
            context().send(message);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException("the driver cannot be reached", e);
        }
    }
}
