package io.lockstep.spark;

import java.io.Serializable;

/**
 * Why a rank gave up.
 *
 * @param message one line
 * @param blamed the rank that it lost, or {@link #NOBODY}
 */
public record RankFailure(int rank, String host, String message, Kind kind, int blamed) implements Serializable {
    static final int NOBODY = -1;

    /** Whose doing it was. */
    public enum Kind {
        /** Something went wrong on this rank. */
        OWN,
        /** It only noticed that another rank was gone. */
        CONSEQUENCE,
        /** A rank was told to end, and all stopped with a checkpoint. */
        DEPARTURE
    }

    /** Whether the ranks may be started again: nothing is wrong with the program. */
    public boolean consequence() {
        return kind != Kind.OWN;
    }
}
