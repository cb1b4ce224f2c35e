package io.lockstep.datasets.pictures;

/** What is behind transparent pixels. */
public enum Background {
    /** Nobody has said: pictures with transparent pixels are refused. */
    UNKNOWN(0),
    BLACK(0),
    WHITE(255);

    private final int value;

    Background(int value) {
        this.value = value;
    }

    /**
     * A value of 0 to 255 seen before the background.
     *
     * @param alpha from 0, transparent, to {@code opaque}
     */
    int behind(int colour, int alpha, int opaque) {
        long sum = (long) colour * alpha + (long) value * (opaque - alpha);
        return (int) ((sum + opaque / 2) / opaque);
    }
}
