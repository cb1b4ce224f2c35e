package io.lockstep.training.strategies;

import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Strategy;
import io.lockstep.training.settings.Parsers;
import java.io.Serializable;
import java.util.Locale;

/**
 * How large a bucket is: a number of bytes, a function of the gradient alone ({@link #BY_GRADIENT}), or measured before
 * the first step.
 *
 * <p>With three ranks and more the order of a sum depends on the buckets, so a measured size must be kept with a run
 * whose bits are to be repeated; it is told as a decision.
 */
public record BucketSize(int bytes, boolean measured) implements Serializable {
    /** A quarter of the gradient, at least 64 KiB and at most 1 MiB: CIFAR networks overlap with that, PyTorch's 25 MB not. */
    public static final BucketSize BY_GRADIENT = new BucketSize(0, false);

    public static final BucketSize MEASURED = new BucketSize(0, true);

    private static final int LEAST_BYTES = 1024;

    private static final int SMALLEST = 64 << 10;
    private static final int LARGEST = 1 << 20;

    public static BucketSize ofBytes(int bytes) {
        return new BucketSize(bytes, false);
    }

    /** From {@code auto}, {@code measured} or bytes like {@code 256k}. */
    public static BucketSize parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "auto" -> BY_GRADIENT;
            case "measured" -> MEASURED;
            default -> ofBytes(Parsers.bytes(LEAST_BYTES).apply(text));
        };
    }

    /**
     * Bytes of a bucket of the trainee's gradient; a collective where it is measured.
     *
     * @throws IllegalArgumentException if a bucket would be larger than the gradient
     */
    int resolve(Strategy.Setup setup) {
        int gradient = setup.trainee().gradients().limit();
        if (measured) {
            return measure(setup, gradient);
        }
        if (bytes == 0) {
            return Math.min(LARGEST, Math.max(SMALLEST, gradient / 4));
        }
        if (bytes > gradient) {
            throw new IllegalArgumentException("bucket-bytes = " + bytes + " is more than the gradient has ("
                    + gradient + " bytes of "
                    + FlatBuffers.elements(setup.trainee().gradients())
                    + " parameters), so nothing would overlap; use at most that, or auto");
        }
        return bytes;
    }

    private static int measure(Strategy.Setup setup, int gradient) {
        if (setup.group().worldSize() == 1) {
            return gradient;
        }
        Link link = Link.measure(setup);
        double backward = setup.rehearsal().forwardBackwardNanos() * Overlap.SHARE_OF_BACKWARD;
        int best = gradient;
        for (int size = SMALLEST; size < gradient; size *= 2) {
            if (new Overlap(gradient, size, backward, link).exposedNanos()
                    < new Overlap(gradient, best, backward, link).exposedNanos()) {
                best = size;
            }
        }
        double exposed = new Overlap(gradient, best, backward, link).exposedNanos();
        setup.rehearsal()
                .decide(
                        "bucket-bytes",
                        Integer.toString(best),
                        String.format(
                                Locale.ROOT,
                                "backward takes %.1f ms, the link %s; all but %.1f ms of the all-reduce should hide",
                                backward / 1e6,
                                link,
                                exposed / 1e6));
        return best;
    }
}
