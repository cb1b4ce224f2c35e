package io.lockstep.benchmarks.kernels;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Bytes that a kernel reads and writes for each element, once each: a row that it looks at again is still in a cache.
 * What all rows share, and the one or two numbers that it keeps of a row, are left out.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface BytesMoved {
    double value();
}
