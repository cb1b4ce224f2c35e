package io.lockstep.datasets;

/** The order of an image batch in memory; the last letter varies fastest. */
public enum FeatureLayout {
    NCHW,
    NHWC
}
