package io.lockstep.engine.cpu.program;

import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.Lane;

/** Work on a range of examples, independent of all others. */
public interface ExampleTask {
    void run(Lane lane, int from, int to);

    /** Called once, on a lane, with the number of examples that most calls will have. */
    default void prepare(int examples) {
        // most tasks do not care
    }

    /** That makes its primitive beforehand: what oneDNN does not have is told before the first pass. */
    static ExampleTask of(Calls calls, ExampleTask run) {
        return new ExampleTask() {
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
