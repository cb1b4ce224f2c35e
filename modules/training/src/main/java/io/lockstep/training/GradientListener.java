package io.lockstep.training;

/** Learns which part of the gradient is final while backward is still going on. */
@FunctionalInterface
public interface GradientListener {
    /**
     * Everything from element {@code watermark} of the flat gradient to its end is final. Falls from call to call and
     * ends at 0. Must return quickly: backward waits.
     */
    void gradientsReadyFrom(long watermark);
}
