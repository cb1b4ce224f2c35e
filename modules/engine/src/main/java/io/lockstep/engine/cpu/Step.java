package io.lockstep.engine.cpu;

/** Work on a range of examples, independent of all others. */
interface Step {
    void run(Lane lane, int from, int to);

    /** Called once, on a lane, with the number of examples that most calls will have. */
    default void prepare(int examples) {
        // most steps do not care
    }
}
