package io.lockstep.datasets;

import java.io.Serializable;

/**
 * How text becomes examples.
 *
 * @param length steps of an example; of {@code sort} and {@code reverse} those of question and answer
 * @param masked false: characters, each labelled with the next one; true: bytes, of which some are hidden and to be guessed
 *     ({@link MaskedText})
 */
public record TextOptions(int length, boolean masked) implements Serializable {
    /** Of 64 characters, nanoGPT's block size on a CPU (its README), each labelled with the next one. */
    public static final TextOptions DEFAULT = new TextOptions(64, false);

    public TextOptions {
        if (length < 2) {
            throw new IllegalArgumentException("examples of " + length + " steps");
        }
    }
}
