package io.lockstep.datasets;

/** A file is there and is not what its format says: truncated, of another size, with a label that does not exist. */
public final class MalformedDatasetException extends DatasetException {
    public MalformedDatasetException(String message) {
        super(message);
    }

    public MalformedDatasetException(String message, Throwable cause) {
        super(message, cause);
    }

    public static MalformedDatasetException truncated(String path, long expectedBytes, long foundBytes) {
        return new MalformedDatasetException(
                path + " is truncated: expected " + expectedBytes + " bytes, found " + foundBytes);
    }
}
