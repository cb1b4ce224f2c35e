package io.lockstep.engine.cpu;

import org.bytedeco.javacpp.FloatPointer;

/** A pointer that is moved instead of made anew. */
final class Address extends FloatPointer {
    Address to(long newAddress) {
        address = newAddress;
        return this;
    }
}
