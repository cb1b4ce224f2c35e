package io.lockstep.engine.cpu.program;

import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.Lane;

/** Work on a range of examples, independent of all others. */
public interface Step {
    void run(Lane lane, int from, int to);

    /** Called once, on a lane, with the number of examples that most calls will have. */
    default void prepare(int examples) {
        // most steps do not care
    }

    /** That makes its primitive beforehand: what oneDNN does not have is told before the first pass. */
    static Step of(Calls calls, Step run) {
        return new Step() {
            @Override
            public void run(Lane lane, int from, int to) {
                run.run(lane, from, to);
            }

            @Override
            public void prepare(int examples) {
                calls.primitive(examples);
            }
        };
    }
}
