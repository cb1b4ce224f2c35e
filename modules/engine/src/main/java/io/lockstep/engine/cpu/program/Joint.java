package io.lockstep.engine.cpu.program;

import io.lockstep.engine.cpu.onednn.Lane;

/** Work that needs what all lanes did. Lanes run it at the same time, each its part. */
public interface Joint {
    void run(Lane lane, int lanes, int examples);
}
