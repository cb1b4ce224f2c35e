package io.lockstep.datasets.pictures;

import static io.lockstep.datasets.pictures.Jpegs.exif;
import static io.lockstep.datasets.pictures.Jpegs.jpeg;
import static io.lockstep.datasets.pictures.Jpegs.withSegment;
import static io.lockstep.datasets.pictures.Jpegs.withoutJfif;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.ImageShape;
import java.awt.Color;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderTest {
    private static final int[] ALL = IntStream.range(0, 256).toArray();

    private static int[] decoded(byte[] file, int channels, int height, int width, Background background)
            throws PictureException {
        ImageShape shape = new ImageShape(channels, height, width);
        byte[] into = new byte[2 + shape.size()];
        new PictureDecoder(shape, background).decode(file, into, 2);
        return IntStream.range(2, into.length).map(i -> into[i] & 0xff).toArray();
    }

    private static int[] grey(byte[] file) throws PictureException {
        return decoded(file, 1, 16, 16, Background.UNKNOWN);
    }

    private static int[] planes(int[]... planes) {
        return Arrays.stream(planes).flatMapToInt(Arrays::stream).toArray();
    }

    private static int[] each(IntUnaryOperator value) {
        return Arrays.stream(ALL).map(value).toArray();
    }

    private static int[] interleaved(int[]... bands) {
        return IntStream.range(0, 256 * bands.length)
                .map(i -> bands[i % bands.length][i / bands.length])
                .toArray();
    }

    private static byte[] palette(IntUnaryOperator colour) {
        byte[] entries = new byte[768];
        for (int i = 0; i < 256; i++) {
            for (int c = 0; c < 3; c++) {
                entries[3 * i + c] = (byte) (colour.applyAsInt(i) >> 8 * (2 - c));
            }
        }
        return entries;
    }

    @Test
    void everyGreyOfEveryKindOfPngIsWhatWasWritten() throws Exception {
        int[] opaque = each(v -> 255);
        assertThat(grey(new WrittenPng(16, 16, 8, WrittenPng.GREY).end(16, 8, ALL)))
                .isEqualTo(ALL);
        assertThat(grey(new WrittenPng(16, 16, 8, WrittenPng.GREY_ALPHA).end(16, 8, interleaved(ALL, opaque))))
                .isEqualTo(ALL);
        assertThat(grey(new WrittenPng(16, 16, 8, WrittenPng.RGB).end(16, 8, interleaved(ALL, ALL, ALL))))
                .isEqualTo(ALL);
        assertThat(grey(new WrittenPng(16, 16, 8, WrittenPng.PALETTE)
                        .chunk("PLTE", palette(v -> v * 0x010101))
                        .end(16, 8, ALL)))
                .isEqualTo(ALL);
        assertThat(grey(new WrittenPng(16, 16, 16, WrittenPng.GREY).end(16, 16, each(v -> v * 257))))
                .isEqualTo(ALL);
        assertThat(grey(new WrittenPng(16, 16, 16, WrittenPng.GREY_ALPHA)
                        .end(16, 16, interleaved(each(v -> v * 257), each(v -> 65535)))))
                .isEqualTo(ALL);
        assertThat(decoded(new WrittenPng(16, 16, 8, WrittenPng.GREY).end(16, 8, ALL), 3, 16, 16, Background.UNKNOWN))
                .isEqualTo(planes(ALL, ALL, ALL));
    }

    @ParameterizedTest(name = "{0} bits")
    @ValueSource(ints = {1, 2, 4})
    void greysOfFewBitsAreSpreadFromBlackToWhite(int bits) throws Exception {
        int largest = (1 << bits) - 1;
        byte[] file = new WrittenPng(16, 16, bits, WrittenPng.GREY).end(16, bits, each(v -> v & largest));
        assertThat(grey(file)).isEqualTo(each(v -> (v & largest) * 255 / largest));
    }

    @Test
    void sixteenBitsAreRoundedToEight() throws Exception {
        int[] samples = each(v -> Math.min(65535, v * 257 + (v % 2 == 0 ? 128 : 129)));
        byte[] file = new WrittenPng(16, 16, 16, WrittenPng.GREY).end(16, 16, samples);
        assertThat(grey(file)).isEqualTo(each(v -> Math.min(255, v % 2 == 0 ? v : v + 1)));
    }

    @Test
    void everyColourOfEveryKindOfPngIsWhatWasWritten() throws Exception {
        int[] green = each(v -> 255 - v);
        int[] blue = each(v -> v * 7 & 0xff);
        int[] expected = planes(ALL, green, blue);
        byte[] rgb = new WrittenPng(16, 16, 8, WrittenPng.RGB).end(16, 8, interleaved(ALL, green, blue));
        byte[] rgba = new WrittenPng(16, 16, 8, WrittenPng.RGB_ALPHA)
                .end(16, 8, interleaved(ALL, green, blue, each(v -> 255)));
        byte[] deep = new WrittenPng(16, 16, 16, WrittenPng.RGB)
                .end(16, 16, interleaved(each(v -> v * 257), each(v -> green[v] * 257), each(v -> blue[v] * 257)));
        byte[] indexed = new WrittenPng(16, 16, 8, WrittenPng.PALETTE)
                .chunk("PLTE", palette(v -> v << 16 | green[v] << 8 | blue[v]))
                .end(16, 8, ALL);
        byte[] withGamma = new WrittenPng(16, 16, 8, WrittenPng.RGB)
                .chunk("gAMA", ByteBuffer.allocate(4).putInt(100_000).array())
                .end(16, 8, interleaved(ALL, green, blue));
        for (byte[] file : new byte[][] {rgb, rgba, deep, indexed, withGamma}) {
            assertThat(decoded(file, 3, 16, 16, Background.UNKNOWN)).isEqualTo(expected);
        }
        assertThat(grey(rgb)).isEqualTo(each(v -> (v + green[v] + blue[v] + 1) / 3));
    }

    @Test
    void transparentPixelsAreRefusedUnlessABackgroundIsNamed() throws Exception {
        int[] alpha = each(v -> v == 7 ? 51 : 255); // a fifth
        byte[] greyAlpha = new WrittenPng(16, 16, 8, WrittenPng.GREY_ALPHA).end(16, 8, interleaved(ALL, alpha));
        byte[] deep = new WrittenPng(16, 16, 16, WrittenPng.RGB_ALPHA)
                .end(
                        16,
                        16,
                        interleaved(
                                each(v -> v * 257), each(v -> v * 257), each(v -> v * 257), each(v -> alpha[v] * 257)));
        byte[] byPalette = new WrittenPng(16, 16, 8, WrittenPng.PALETTE)
                .chunk("PLTE", palette(v -> v * 0x010101))
                .chunk("tRNS", new byte[] {-1, -1, -1, -1, -1, -1, -1, 51})
                .end(16, 8, ALL);
        for (byte[] file : new byte[][] {greyAlpha, deep, byPalette}) {
            assertThatThrownBy(() -> grey(file))
                    .isInstanceOf(PictureException.class)
                    .hasMessageContaining("has transparent pixels")
                    .hasMessageContaining("--background");
            assertThat(decoded(file, 1, 16, 16, Background.BLACK)).isEqualTo(each(v -> v == 7 ? 1 : v)); // 7 / 5
            assertThat(decoded(file, 1, 16, 16, Background.WHITE))
                    .isEqualTo(each(v -> v == 7 ? 205 : v)); // 204 + 7 / 5
        }
        byte[] byGrey = new WrittenPng(16, 16, 8, WrittenPng.GREY)
                .chunk("tRNS", new byte[] {0, 7})
                .end(16, 8, ALL);
        assertThatThrownBy(() -> grey(byGrey)).hasMessageContaining("has transparent pixels");
        assertThat(decoded(byGrey, 1, 16, 16, Background.WHITE)).isEqualTo(each(v -> v == 7 ? 255 : v));
    }

    @ParameterizedTest(name = "orientation {0}")
    @CsvSource({
        "1, abcdef, 2",
        "2, badcfe, 2",
        "3, fedcba, 2",
        "4, efcdab, 2",
        "5, acebdf, 3",
        "6, bdface, 3",
        "7, fdbeca, 3",
        "8, ecafdb, 3"
    })
    void exifsOrientationIsUndone(int tag, String written, int width) throws Exception {
        // upright:  a b
        //           c d
        //           e f
        int[] samples = written.chars().toArray();
        byte[] file = new WrittenPng(width, 6 / width, 8, WrittenPng.GREY)
                .chunk("eXIf", exif(tag, tag % 2 == 0))
                .end(6 / width, 8, samples);
        assertThat(decoded(file, 1, 3, 2, Background.UNKNOWN))
                .isEqualTo("abcdef".chars().toArray());
        assertThatThrownBy(() -> decoded(file, 1, 2, 3, Background.UNKNOWN)).hasMessageContaining("is 3x2");
    }

    @Test
    void exifThatIsDamagedTurnsNothing() {
        byte[] whole = exif(6, true);
        for (int length = 0; length < whole.length; length++) {
            assertThat(Orientation.of(ByteBuffer.wrap(whole, 0, length)).tag()).isIn(1, 6);
        }
        assertThat(Orientation.of(ByteBuffer.wrap(exif(0, true)))).isEqualTo(Orientation.UPRIGHT);
        assertThat(Orientation.of(ByteBuffer.wrap(exif(9, false)))).isEqualTo(Orientation.UPRIGHT);
        whole[4] = -1;
        whole[7] = -1;
        assertThat(Orientation.of(ByteBuffer.wrap(whole))).isEqualTo(Orientation.UPRIGHT);
    }

    /** Of flat 8x8 blocks, which JPEG keeps. */
    private static BufferedImage blocks(int type, int... rgb) {
        BufferedImage image = new BufferedImage(8 * rgb.length, 8, type);
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < 8; y++) {
                int value = rgb[x / 8];
                if (type == BufferedImage.TYPE_BYTE_GRAY) {
                    image.getRaster().setSample(x, y, 0, value);
                } else {
                    image.setRGB(x, y, value);
                }
            }
        }
        return image;
    }

    @Test
    void greysOfAJpegAreWhatWasWritten() throws Exception {
        byte[] file = jpeg(blocks(BufferedImage.TYPE_BYTE_GRAY, 0, 60, 129, 255), false);
        int[] pixels = decoded(file, 1, 8, 32, Background.UNKNOWN);
        assertThat(pixels).startsWith(0, 0).endsWith(255, 255);
        assertThat(pixels[8]).isEqualTo(60);
        assertThat(pixels[16]).isEqualTo(129);
    }

    @ParameterizedTest(name = "whole colours {0}")
    @ValueSource(booleans = {false, true})
    void coloursOfAJpegAreWhatWasWrittenWhateverMarksItHas(boolean wholeColours) throws Exception {
        int colour = new Color(200, 30, 60).getRGB();
        byte[] file = jpeg(blocks(BufferedImage.TYPE_INT_RGB, colour, colour), wholeColours);
        byte[] linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        byte[] profile = ByteBuffer.allocate(14 + linear.length)
                .put("ICC_PROFILE\0\1\1".getBytes(StandardCharsets.US_ASCII))
                .put(linear)
                .array();
        byte[] exif = ByteBuffer.allocate(44)
                .put("Exif\0\0".getBytes(StandardCharsets.US_ASCII))
                .put(exif(1, true))
                .array();
        byte[] bare = withoutJfif(file);
        for (byte[] each : new byte[][] {
            file, withSegment(file, 0xe2, profile), withSegment(file, 0xe1, exif), withSegment(bare, 0xe1, exif), bare
        }) {
            int[] pixels = decoded(each, 3, 8, 16, Background.UNKNOWN);
            for (int i = 0; i < 128; i++) {
                assertThat(pixels[i]).isCloseTo(200, within(1));
                assertThat(pixels[128 + i]).isCloseTo(30, within(1));
                assertThat(pixels[256 + i]).isCloseTo(60, within(1));
            }
        }
    }

    @Test
    void aJpegIsTurnedUprightToo() throws Exception {
        byte[] lying = jpeg(blocks(BufferedImage.TYPE_BYTE_GRAY, 10, 200), false);
        byte[] exif = ByteBuffer.allocate(44)
                .put("Exif\0\0".getBytes(StandardCharsets.US_ASCII))
                .put(exif(8, false))
                .array();
        int[] pixels = decoded(withSegment(lying, 0xe1, exif), 1, 16, 8, Background.UNKNOWN);
        assertThat(pixels).startsWith(200, 200).endsWith(10, 10);
    }

    @Test
    void cmykAndOtherKindsAreRefusedByName() throws Exception {
        byte[] grey = jpeg(blocks(BufferedImage.TYPE_BYTE_GRAY, 60), false);
        byte[] cmyk =
                withSegment(grey, 0xc0, new byte[] {8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0});
        assertThatThrownBy(() -> decoded(cmyk, 1, 8, 8, Background.UNKNOWN))
                .isInstanceOf(PictureException.class)
                .hasMessageContaining("JPEG in CMYK")
                .hasMessageContaining("convert");
        byte[] twelve = withSegment(grey, 0xc1, new byte[] {12, 0, 8, 0, 8, 1, 1, 0x11, 0});
        assertThatThrownBy(() -> decoded(twelve, 1, 8, 8, Background.UNKNOWN)).hasMessageContaining("12 bits a sample");
    }

    @ParameterizedTest
    @CsvSource({
        "474946383961, a GIF",
        "52494646aabb, a WebP",
        "0005160700020000, begins with the bytes 00 05 16 07 00 02 00 00",
        "'', an empty file"
    })
    void whatIsNeitherPngNorJpegIsToldByItsBeginning(String bytes, String expected) {
        assertThatThrownBy(() -> decoded(HexFormat.of().parseHex(bytes), 1, 8, 8, Background.UNKNOWN))
                .isInstanceOf(PictureException.class)
                .hasMessageStartingWith("is neither PNG nor JPEG, but")
                .hasMessageContaining(expected);
    }

    @Test
    void aPngWithOneWrongBitOrCutAnywhereIsNeverDecoded() throws Exception {
        byte[] whole = new WrittenPng(16, 16, 8, WrittenPng.GREY).end(16, 8, ALL);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> grey(cut)).isInstanceOf(PictureException.class);
        }
        for (int bit = 0; bit < 8 * whole.length; bit += 5) {
            byte[] wrong = whole.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> grey(wrong)).isInstanceOf(PictureException.class);
        }
        byte[] half = new WrittenPng(16, 16, 8, WrittenPng.GREY).end(8, 8, Arrays.copyOf(ALL, 128));
        assertThatThrownBy(() -> grey(half))
                .isInstanceOf(PictureException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void aJpegThatEndsEarlyIsNeverFilledUp() throws Exception {
        BufferedImage noise = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        var random = new Random(3);
        for (int i = 0; i < 1024; i++) {
            noise.setRGB(i % 32, i / 32, random.nextInt());
        }
        byte[] whole = jpeg(noise, false);
        assertThat(decoded(whole, 3, 32, 32, Background.UNKNOWN)).hasSize(3072);
        for (int length = 2; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> decoded(cut, 3, 32, 32, Background.UNKNOWN))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(PictureException.class);
        }
    }

    @Test
    void aPictureOfAnotherSizeIsToldBeforeMemoryIsTakenForIt() {
        byte[] huge = new WrittenPng(60_000, 60_000, 8, WrittenPng.GREY).end(16, 8, ALL);
        assertThatThrownBy(() -> grey(huge)).hasMessage("is 60000x60000, and pictures of 16x16 are wanted");
    }
}
