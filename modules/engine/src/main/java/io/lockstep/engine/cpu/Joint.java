package io.lockstep.engine.cpu;

/** Work that needs what all lanes did. Lanes run it at the same time, each its part. */
interface Joint {
    void run(Lane lane, int lanes, int examples);
}
