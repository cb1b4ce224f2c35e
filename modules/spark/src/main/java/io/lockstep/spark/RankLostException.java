package io.lockstep.spark;

/** A rank went away or did not answer: nothing is wrong with the program, and it may be run again. */
public final class RankLostException extends JobFailedException {
    RankLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
