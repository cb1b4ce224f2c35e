package io.lockstep.runs.settings;

/**
 * Why a run does not heed a setting.
 *
 * @param why goes on behind the setting's name: {@code belongs to strategy = ddp, this run has dp}
 */
record Unheeded(Kind kind, String why) {
    enum Kind {
        /** There is nothing for it to do, as for encryption where nothing is sent: nothing that was asked for is missing. */
        IDLE,
        /** It is for other runs. */
        FOREIGN,
        /** It is for runs such as this, which cannot be trained so: whoever asked for it would get something else. */
        IMPOSSIBLE
    }

    static Unheeded foreign(String why) {
        return new Unheeded(Kind.FOREIGN, why);
    }

    static Unheeded idle(String why) {
        return new Unheeded(Kind.IDLE, why);
    }

    static Unheeded impossible(String why) {
        return new Unheeded(Kind.IMPOSSIBLE, why);
    }

    /** A call is about this run; a recipe may be used with another model, and a site's defaults are for runs of all kinds. */
    boolean isRefused(Origin origin) {
        return switch (kind) {
            case IDLE -> false;
            case FOREIGN -> origin == Origin.CALL;
            case IMPOSSIBLE -> origin != Origin.SITE;
        };
    }
}
