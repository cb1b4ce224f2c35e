package io.lockstep.spark;

import io.lockstep.training.RunEvent;
import java.io.Serializable;

/** What executors say to the driver, over Spark's RPC. */
final class Messages {
    private Messages() {}

    /**
     * Asks for the secret of a stage attempt; answered with its 32 bytes. A bare array: an executor's RPC reads answers
     * with Spark's own class loader, which does not see the application's jars.
     */
    record KeyRequest(String jobId, int attempt) implements Serializable {}

    record Event(String jobId, int attempt, RunEvent event) implements Serializable {}

    /** Asks for an answer, which comes when all that was told before has been read. */
    record Flush() implements Serializable {}

    /** @param topic of {@link DriverNotes} */
    record Note(String topic, Serializable note) implements Serializable {}

    record Failure(String jobId, int attempt, RankFailure failure) implements Serializable {}
}
