package io.lockstep.spark;

import io.lockstep.training.RunEvent;
import java.io.Serializable;

/** What executors say to the driver, over Spark's RPC. */
final class Messages {
    private Messages() {}

    /** Asks for the secret of a stage attempt; answered with {@link Key}. */
    record KeyRequest(String jobId, int attempt) implements Serializable {}

    /** 32 bytes; not in {@code toString}. */
    record Key(byte[] secret) implements Serializable {
        @Override
        public String toString() {
            return "Key[secret]";
        }
    }

    record Event(String jobId, int attempt, RunEvent event) implements Serializable {}

    record Failure(String jobId, int attempt, RankFailure failure) implements Serializable {}
}
