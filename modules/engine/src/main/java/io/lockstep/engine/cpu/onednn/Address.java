package io.lockstep.engine.cpu.onednn;

import org.bytedeco.javacpp.FloatPointer;

/** A pointer that is moved instead of made anew. */
public final class Address extends FloatPointer {
    public Address to(long newAddress) {
        address = newAddress;
        return this;
    }
}
