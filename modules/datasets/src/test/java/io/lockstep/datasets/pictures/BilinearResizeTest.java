package io.lockstep.datasets.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BilinearResizeTest {
    private static int[] resized(int height, int width, int toHeight, int toWidth, int... pixels) {
        byte[] from = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            from[i] = (byte) pixels[i];
        }
        byte[] into = new byte[1 + toHeight * toWidth];
        BilinearResize.resize(from, height, width, into, 1, toHeight, toWidth);
        int[] values = new int[toHeight * toWidth];
        for (int i = 0; i < values.length; i++) {
            values[i] = into[1 + i] & 0xff;
        }
        return values;
    }

    /** Numbers of Pillow 9.4: {@code Image.frombytes("L", (width, height), pixels).resize((toWidth, toHeight), Image.BILINEAR)}. */
    @Test
    void pixelsArePillowsToTheBit() {
        assertThat(resized(
                        5, 7, 3, 4, 149, 241, 217, 156, 211, 243, 95, 1, 128, 173, 238, 236, 44, 32, 162, 152, 208, 42,
                        82, 53, 206, 121, 167, 3, 18, 108, 168, 120, 59, 109, 46, 155, 152, 201, 238))
                .containsExactly(137, 195, 200, 114, 133, 133, 101, 117, 104, 68, 134, 185);
        assertThat(resized(4, 3, 6, 5, 149, 241, 217, 156, 211, 243, 95, 1, 128, 173, 238, 236))
                .containsExactly(
                        149, 186, 241, 227, 217, 153, 182, 226, 229, 230, 146, 158, 176, 204, 224, 105, 77, 36, 103,
                        147, 134, 128, 120, 157, 182, 173, 199, 238, 237, 236);
    }

    /** Centres of the result lie at -1/4, 1/4, 3/4 and 5/4 pixels. */
    @Test
    void whatIsEnlargedIsInterpolatedBetweenCentres() {
        assertThat(resized(1, 2, 1, 4, 0, 255)).containsExactly(0, 64, 191, 255);
        assertThat(resized(2, 1, 4, 1, 0, 255)).containsExactly(0, 64, 191, 255);
    }

    /** By 2 the triangle is 4 pixels wide: 1, 3, 3, 1 eighths, and at the border 3, 3, 1 sevenths. */
    @Test
    void whatIsMadeSmallerIsAveragedAndNotSampled() {
        assertThat(resized(1, 8, 1, 4, 0, 80, 160, 240, 0, 80, 160, 240))
                .containsExactly(
                        Math.round((3 * 0 + 3 * 80 + 160) / 7f),
                        (80 + 3 * 160 + 3 * 240 + 0) / 8,
                        (240 + 3 * 0 + 3 * 80 + 160) / 8,
                        Math.round((80 + 3 * 160 + 3 * 240) / 7f));
    }

    @Test
    void rowsComeBeforeColumnsAndAreRoundedBetween() {
        // rows: 1 of (0, 1) becomes 0.75 and 0.25 twice, rounded to 0, 0, 1, 1; columns then keep that
        assertThat(resized(2, 2, 2, 4, 0, 1, 0, 1)).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
    }

    @Test
    void anEvenPictureStaysEvenWhateverTheSizes() {
        Random random = new Random(3);
        for (int i = 0; i < 50; i++) {
            int height = 1 + random.nextInt(20);
            int width = 1 + random.nextInt(20);
            int[] pixels = new int[height * width];
            Arrays.fill(pixels, 200);
            assertThat(resized(height, width, 1 + random.nextInt(30), 1 + random.nextInt(30), pixels))
                    .containsOnly(200);
        }
    }

    @Test
    void thinLinesOfALargePictureAreNotLost() {
        int[] lines = new int[64 * 64];
        for (int i = 0; i < lines.length; i += 8) {
            lines[i] = 255; // every eighth column is white
        }
        assertThat(Arrays.stream(resized(64, 64, 8, 8, lines)).boxed()).allMatch(value -> value >= 20 && value < 60);
    }
}
