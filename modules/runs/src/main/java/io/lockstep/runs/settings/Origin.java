package io.lockstep.runs.settings;

/** Who gave a setting its value. */
public enum Origin {
    /** Nobody. */
    DEFAULT,
    /** {@code conf/lockstep-defaults.conf}, which is for runs of all kinds. */
    SITE,
    /** A recipe's file. */
    RECIPE,
    /** The folder of a run that goes on, which was judged when it began. */
    RUN,
    /** A person or a program, for this run: an option, {@code --set}, a Spark property, {@link io.lockstep.runs.Lockstep#set}. */
    CALL,
    /** The run itself, where the value was left to it or had to be made absolute. */
    DERIVED
}
