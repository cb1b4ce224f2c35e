package io.lockstep.datasets;

import java.io.Serializable;

/**
 * How text becomes examples.
 *
 * @param length steps of an example; of {@code sort} and {@code reverse} those of question and answer
 * @param masked false: characters, each labelled with the next one; true: bytes, of which some are hidden and to be guessed
 *     ({@link io.lockstep.datasets.text.MaskedText})
 */
public record TextOptions(int length, boolean masked) implements Serializable {
    /** Of 64 characters, nanoGPT's block size on a CPU (its README), each labelled with the next one. */
    public static final TextOptions DEFAULT = new TextOptions(64, false);

    /** Of each text, as nanoGPT's preparation of tiny Shakespeare has it; the rest tests. */
    private static final double TRAINING_SHARE = 0.9;

    public TextOptions {
        if (length < 2) {
            throw new IllegalArgumentException("examples of " + length + " steps");
        }
    }

    /** The first so many of a text's parts are for training. */
    public static int training(int parts) {
        return (int) (TRAINING_SHARE * parts);
    }
}
