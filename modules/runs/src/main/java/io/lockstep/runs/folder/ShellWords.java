package io.lockstep.runs.folder;

/** Words as one types them into a shell. */
public final class ShellWords {
    private ShellWords() {}

    /** In quotation marks, where the shell would take it apart otherwise. */
    public static String quoted(String argument) {
        return argument.matches("[A-Za-z0-9_./:=,@%+-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
