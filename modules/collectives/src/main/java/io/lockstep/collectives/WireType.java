package io.lockstep.collectives;

/** How the numbers of a reduction travel. In memory they are float32, and they are added in float32. */
public enum WireType {
    /** Exact. */
    FLOAT32,
    /** IEEE binary16: 11 bits of precision, up to 65,504. Larger sums become infinite. */
    FLOAT16,
    /** bfloat16: 8 bits of precision, float32's range. */
    BFLOAT16
}
