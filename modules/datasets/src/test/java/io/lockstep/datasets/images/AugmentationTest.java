package io.lockstep.datasets.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.loading.BatchLoaderTest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One channel with the values 1, 2, 3 ..., normalised by 1/255, so that a value names the pixel it came from. */
class AugmentationTest {
    private static final int HEIGHT = 5;
    private static final int WIDTH = 6;
    private static final ImageDataset SET = rising();

    @ParameterizedTest
    @EnumSource
    void everyCropIsAWindowOfThePaddedImageAndEveryWindowComes(Augmentation.Padding padding) {
        int pad = 2;
        Set<List<Integer>> windows = new HashSet<>();
        for (int shiftY = -pad; shiftY <= pad; shiftY++) {
            for (int shiftX = -pad; shiftX <= pad; shiftX++) {
                windows.add(window(shiftY, shiftX, padding));
            }
        }
        Set<List<Integer>> seen = new HashSet<>();
        for (int epoch = 0; epoch < 400; epoch++) {
            seen.add(assemble(new Augmentation(pad, padding, false, 0), epoch));
        }
        assertThat(seen).isEqualTo(windows);
    }

    @Test
    void aFlipMirrorsLeftAndRightHalfOfTheTime() {
        List<Integer> plain = window(0, 0, Augmentation.Padding.ZERO);
        List<Integer> mirrored = new java.util.ArrayList<>();
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                mirrored.add(plain.get(y * WIDTH + WIDTH - 1 - x));
            }
        }
        int flips = 0;
        for (int epoch = 0; epoch < 1000; epoch++) {
            List<Integer> seen = assemble(new Augmentation(0, Augmentation.Padding.ZERO, true, 0), epoch);
            assertThat(seen).isIn(plain, mirrored);
            flips += seen.equals(mirrored) ? 1 : 0;
        }
        assertThat(flips).isBetween(430, 570);
    }

    @Test
    void aCutoutIsASquareClippedAtTheBorders() {
        int largest = 0;
        for (int epoch = 0; epoch < 200; epoch++) {
            List<Integer> seen = assemble(new Augmentation(0, Augmentation.Padding.ZERO, false, 3), epoch);
            int cut = 0;
            for (int p = 0; p < HEIGHT * WIDTH; p++) {
                assertThat(seen.get(p)).isIn(0, p + 1);
                cut += seen.get(p) == 0 ? 1 : 0;
            }
            assertThat(cut).isIn(4, 6, 9);
            largest = Math.max(largest, cut);
        }
        assertThat(largest).isEqualTo(9);
    }

    @Test
    void cutoutIsTheMeanAndPaddingIsBlack() {
        var normalization = new Normalization(new float[] {0.5f}, new float[] {0.25f});
        float[] padded = values(new Augmentation(4, Augmentation.Padding.ZERO, false, 0), 1, normalization);
        assertThat(padded).contains((0 - 0.5f) / 0.25f);
        float[] cut = values(new Augmentation(0, Augmentation.Padding.ZERO, false, 3), 1, normalization);
        assertThat(cut).contains(0f);
    }

    @Test
    void noiseHasTheMeanAndDeviationThatWereAskedForAndIsAnExamplesOwn() {
        Augmentation noisy = new Augmentation(0, Augmentation.Padding.ZERO, false, 0, 0, 0.5);
        Normalization unit = Normalization.unit(1);
        float[] clean = values(Augmentation.NONE, 0, unit);
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int epoch = 0; epoch < 1000; epoch++) {
            float[] values = values(noisy, epoch, unit);
            for (int p = 0; p < values.length; p++) {
                double noise = values[p] - clean[p];
                sum += noise;
                squares += noise * noise;
                count++;
            }
        }
        assertThat(sum / count).isCloseTo(0, within(4 * 0.5 / Math.sqrt(count)));
        assertThat(Math.sqrt(squares / count)).isCloseTo(0.5, within(0.01));
        assertThat(values(noisy, 7, unit)).isEqualTo(values(noisy, 7, unit)).isNotEqualTo(values(noisy, 8, unit));
    }

    @Test
    void mixupIsAShareOfAnotherPictureAndOfItsLabel() {
        ImageDataset four = fourPictures();
        LoaderOptions plain = LoaderOptions.of(Normalization.unit(1));
        Augmentation mixup = new Augmentation(0, Augmentation.Padding.ZERO, false, 0, 0.4, 0);
        var assembler = four.writer(9, plain.withAugmentation(mixup), true);
        float[][] pictures = new float[four.examples()][];
        for (int example = 0; example < pictures.length; example++) {
            pictures[example] = assembled(four.writer(9, plain, true), example, 0);
        }
        Set<Integer> others = new HashSet<>();
        double shares = 0;
        for (int epoch = 0; epoch < 500; epoch++) {
            Batch batch = batch(assembler, 0, epoch);
            float[] mixed = BatchLoaderTest.features(batch);
            float share = batch.column(Batch.MIXED_SHARES).floats().get(0);
            int other = batch.column(Batch.MIXED_LABELS).ints().get(0);
            assertThat(share).isBetween(0f, 0.5f);
            assertThat(mixed).containsExactly(mixed(pictures[0], pictures[other], share), within(1e-6f));
            others.add(other);
            shares += share;
        }
        assertThat(others).as("every picture is mixed in some time").containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(shares / 500).as("mean of the smaller part, alpha = 0.4").isBetween(0.12, 0.2);
        assertThat(assembled(assembler, 0, 3)).isEqualTo(assembled(assembler, 0, 3));
    }

    private static float[] mixed(float[] own, float[] other, float share) {
        float[] mixed = new float[own.length];
        for (int p = 0; p < own.length; p++) {
            mixed[p] = (1 - share) * own[p] + share * other[p];
        }
        return mixed;
    }

    private static float[] assembled(ExampleWriter assembler, int example, long epoch) {
        return BatchLoaderTest.features(batch(assembler, example, epoch));
    }

    private static Batch batch(ExampleWriter assembler, int example, long epoch) {
        Batch batch = Batch.allocate(assembler.fields(SET.fields()), 1);
        batch.clear();
        assembler.write(example, epoch, batch, 0);
        batch.present(1, 0);
        return batch;
    }

    /** Each of a class of its own. */
    private static ImageDataset fourPictures() {
        byte[] pixels = new byte[4 * HEIGHT * WIDTH];
        new SplittableRandom(5).nextBytes(pixels);
        return new ImageDataset(
                "four", new ImageShape(1, HEIGHT, WIDTH), List.of("a", "b", "c", "d"), pixels, new byte[] {0, 1, 2, 3});
    }

    @Test
    void switchingOneOptionOnLeavesTheOthersChoicesAsTheyWere() {
        for (int epoch = 0; epoch < 50; epoch++) {
            List<Integer> cropped = assemble(new Augmentation(2, Augmentation.Padding.ZERO, true, 0), epoch);
            List<Integer> cutToo = assemble(new Augmentation(2, Augmentation.Padding.ZERO, true, 2), epoch);
            for (int p = 0; p < HEIGHT * WIDTH; p++) {
                assertThat(cutToo.get(p)).isIn(0, cropped.get(p));
            }
        }
    }

    private static List<Integer> assemble(Augmentation augmentation, long epoch) {
        float[] values = values(augmentation, epoch, Normalization.unit(1));
        List<Integer> bytes = new java.util.ArrayList<>();
        for (float value : values) {
            bytes.add(Math.round(value * 255));
        }
        return bytes;
    }

    private static float[] values(Augmentation augmentation, long epoch, Normalization normalization) {
        var options = LoaderOptions.of(normalization);
        return assembled(new ExampleAssembler(SET, 77, options, augmentation), 0, epoch);
    }

    /** The definition, pixel by pixel. */
    private static List<Integer> window(int shiftY, int shiftX, Augmentation.Padding padding) {
        List<Integer> window = new java.util.ArrayList<>();
        for (int y = shiftY; y < HEIGHT + shiftY; y++) {
            for (int x = shiftX; x < WIDTH + shiftX; x++) {
                boolean inside = y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH;
                if (padding == Augmentation.Padding.ZERO && !inside) {
                    window.add(0);
                } else {
                    int sourceY = y < 0 ? -y : y >= HEIGHT ? 2 * HEIGHT - 2 - y : y;
                    int sourceX = x < 0 ? -x : x >= WIDTH ? 2 * WIDTH - 2 - x : x;
                    window.add(sourceY * WIDTH + sourceX + 1);
                }
            }
        }
        return window;
    }

    private static ImageDataset rising() {
        byte[] pixels = new byte[HEIGHT * WIDTH];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i + 1);
        }
        return new ImageDataset("rising", new ImageShape(1, HEIGHT, WIDTH), List.of("only"), pixels, new byte[1]);
    }
}
