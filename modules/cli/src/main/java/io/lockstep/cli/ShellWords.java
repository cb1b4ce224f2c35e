package io.lockstep.cli;

/** Words as one types them into a shell. */
final class ShellWords {
    private ShellWords() {}

    /** In quotation marks, where the shell would take it apart otherwise. */
    static String quoted(String argument) {
        return argument.matches("[A-Za-z0-9_./:=,@%+-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
