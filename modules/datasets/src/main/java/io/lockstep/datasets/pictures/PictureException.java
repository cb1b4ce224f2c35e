package io.lockstep.datasets.pictures;

import io.lockstep.datasets.DatasetException;

/** A picture that cannot be decoded; the message goes on from the name of the file: "is a JPEG in CMYK ...". */
public final class PictureException extends DatasetException {
    public PictureException(String message) {
        super(message);
    }

    public PictureException(String message, Throwable cause) {
        super(message, cause);
    }
}
