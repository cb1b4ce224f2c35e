package io.lockstep.datasets.images;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.SplitMix64;
import java.util.List;
import java.util.stream.IntStream;

/** Small sets for tests. */
public final class TestImages {
    private TestImages() {}

    /** Random bytes; labels 0, 1, 2, 0 ... */
    public static ImageDataset random(long seed, int examples, ImageShape shape) {
        var random = new SplitMix64().start(seed, 0, 0);
        byte[] pixels = new byte[examples * shape.size()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.nextLong();
        }
        byte[] labels = new byte[examples];
        for (int i = 0; i < examples; i++) {
            labels[i] = (byte) (i % 3);
        }
        return new ImageDataset("random", shape, List.of("a", "b", "c"), pixels, labels);
    }

    /** Every byte of example i is i: shows which example a value came from. */
    public static ImageDataset numbered(int examples, ImageShape shape) {
        byte[] pixels = new byte[examples * shape.size()];
        byte[] labels = new byte[examples];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / shape.size());
        }
        for (int i = 0; i < examples; i++) {
            labels[i] = (byte) i;
        }
        var names = IntStream.range(0, 256).mapToObj(Integer::toString).toList();
        return new ImageDataset("numbered", shape, names, pixels, labels);
    }

    static byte[] bytes(ImageDataset set) {
        byte[] all = new byte[set.examples() * set.shape().size()];
        for (int i = 0; i < set.examples(); i++) {
            set.copyPixels(i, all, i * set.shape().size());
        }
        return all;
    }

    static int[] labels(ImageDataset set) {
        return IntStream.range(0, set.examples()).map(set::label).toArray();
    }
}
