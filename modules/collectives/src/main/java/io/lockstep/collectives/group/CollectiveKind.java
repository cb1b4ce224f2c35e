package io.lockstep.collectives.group;

/** What a rank called; its ordinal travels in every frame. */
enum CollectiveKind {
    ALL_REDUCE("allReduce"),
    REDUCE_SCATTER("reduceScatter"),
    ALL_GATHER("allGather"),
    REDUCE("reduce"),
    BROADCAST("broadcast"),
    BARRIER("barrier"),
    ALL_GATHER_RECORDS("allGatherRecords"),
    /** Within hosts (root 0) or between them (root 1), to measure the links. */
    PROBE("probe");

    private final String method;

    CollectiveKind(String method) {
        this.method = method;
    }

    boolean reduces() {
        return this == ALL_REDUCE || this == REDUCE_SCATTER || this == REDUCE;
    }

    boolean hasRoot() {
        return this == REDUCE || this == BROADCAST || this == PROBE;
    }

    boolean hasVector() {
        return this != BARRIER && this != ALL_GATHER_RECORDS;
    }

    @Override
    public String toString() {
        return method;
    }
}
