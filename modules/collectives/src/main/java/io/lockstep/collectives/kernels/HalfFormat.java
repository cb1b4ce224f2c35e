package io.lockstep.collectives.kernels;

import java.nio.ByteBuffer;

/** Conversions between float32 and a type of sixteen bits; offsets absolute, in bytes. */
interface HalfFormat {
    /** Rounds to nearest, ties to even. */
    void narrow(ByteBuffer floats, int floatsAt, ByteBuffer halves, int halvesAt, int count);

    /** Exact. */
    void widen(ByteBuffer halves, int halvesAt, ByteBuffer floats, int floatsAt, int count);
}
