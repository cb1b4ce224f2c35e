package io.lockstep.datasets.images.encoded;

import java.io.IOException;

/** A PNG or JPEG file, wherever it lies, and what it shows. Any thread may call. */
public interface EncodedPicture {
    /** For messages: where it lies. */
    String path();

    /** The number of its class. */
    int label();

    byte[] content() throws IOException;
}
