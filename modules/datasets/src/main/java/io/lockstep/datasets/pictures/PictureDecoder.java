package io.lockstep.datasets.pictures;

import io.lockstep.datasets.ImageShape;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * PNG and JPEG files as bytes of one shape, (C, H, W): the numbers that were written, see this package's description. Of a grey
 * picture where colours are wanted every channel is the grey; of a coloured one where grey is wanted it is the mean of the
 * colours, rounded.
 *
 * @param shape of all pictures; of 1 or 3 channels
 * @param background of transparent pixels
 */
public record PictureDecoder(ImageShape shape, Background background) {
    private static final byte[] PNG = HexFormat.of().parseHex("89504e470d0a1a0a");
    private static final byte[] JPEG = HexFormat.of().parseHex("ffd8ff");
    private static final int LARGEST = 255;

    /** Beginnings of what people have under these endings too. */
    private static final Map<String, String> OTHERS = Map.of(
            "47494638", "a GIF",
            "52494646", "a WebP",
            "424d", "a BMP",
            "49492a00", "a TIFF",
            "4d4d002a", "a TIFF",
            "3c", "XML or HTML");

    public PictureDecoder {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new IllegalArgumentException("pictures of " + shape.channels() + " channels; 1 and 3 can be decoded");
        }
    }

    /**
     * Decodes a file into {@code shape().size()} bytes.
     *
     * @throws PictureException saying what is wrong with it; the bytes are undefined then
     */
    public void decode(byte[] file, byte[] into, int at) throws PictureException {
        if (startsWith(file, PNG)) {
            decode(read("png", file, PngFile.examine(file)), into, at);
        } else if (startsWith(file, JPEG)) {
            JpegFile jpeg = JpegFile.examine(file);
            decode(read("jpeg", jpeg.content(), jpeg.orientation()), into, at);
        } else {
            throw new PictureException("is neither PNG nor JPEG, but " + kind(file));
        }
    }

    /** A picture as it was written, and how it is to be turned. */
    private record Written(BufferedImage image, Orientation orientation) {}

    private Written read(String format, byte[] file, Orientation orientation) throws PictureException {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        var warnings = new Warnings();
        reader.addIIOReadWarningListener(warnings);
        try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(in, true, false);
            requireSize(reader.getWidth(0), reader.getHeight(0), orientation); // before memory is taken for it
            BufferedImage image = reader.read(0, new ImageReadParam());
            if (warnings.first != null) {
                throw new PictureException("is damaged: " + warnings.first);
            }
            return new Written(image, orientation);
        } catch (PictureException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // Java's decoders throw any of these at damaged files
            throw new PictureException("is damaged: " + (e.getMessage() == null ? e.toString() : e.getMessage()), e);
        } finally {
            reader.dispose();
        }
    }

    private void requireSize(int width, int height, Orientation orientation) throws PictureException {
        int upright = orientation.isOnItsSide() ? height : width;
        int high = orientation.isOnItsSide() ? width : height;
        if (upright != shape.width() || high != shape.height()) {
            throw new PictureException("is " + high + "x" + upright + (orientation.isOnItsSide() ? " when upright" : "")
                    + ", and pictures of " + shape.height() + "x" + shape.width() + " are wanted");
        }
    }

    /** A decoder that fills up what is missing says so in a warning only. */
    private static final class Warnings implements IIOReadWarningListener {
        private String first;

        @Override
        public void warningOccurred(ImageReader source, String warning) {
            boolean harmless = warning.contains("extraneous bytes before marker"); // many cameras write some
            first = first == null && !harmless ? warning : first;
        }
    }

    private void decode(Written written, byte[] into, int at) throws PictureException {
        int[] rgb = samples(written.image());
        int width = written.image().getWidth();
        int height = written.image().getHeight();
        for (int y = 0; y < shape.height(); y++) {
            for (int x = 0; x < shape.width(); x++) {
                int pixel = 3 * written.orientation().placeOf(x, y, width, height);
                int place = at + y * shape.width() + x;
                if (shape.channels() == 1) {
                    into[place] = (byte) ((rgb[pixel] + rgb[pixel + 1] + rgb[pixel + 2] + 1) / 3);
                } else {
                    for (int c = 0; c < 3; c++) {
                        into[place + c * shape.planeSize()] = (byte) rgb[pixel + c];
                    }
                }
            }
        }
    }

    /** (H, W, 3), from 0 to 255. */
    private int[] samples(BufferedImage image) throws PictureException {
        Raster raster = image.getRaster();
        int pixels = raster.getWidth() * raster.getHeight();
        int[] written = raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
        int[] rgb = new int[3 * pixels];
        if (image.getColorModel() instanceof IndexColorModel palette) {
            for (int i = 0; i < pixels; i++) {
                int index = written[i];
                if (index >= palette.getMapSize()) {
                    throw new PictureException(
                            "is damaged: it uses colour " + index + " of a palette of " + palette.getMapSize());
                }
                int[] colours = {palette.getRed(index), palette.getGreen(index), palette.getBlue(index)};
                put(rgb, i, colours, palette.getAlpha(index), LARGEST);
            }
            return rgb;
        }
        int bands = raster.getNumBands(); // grey, grey and alpha, RGB, RGB and alpha
        int largest = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
        for (int i = 0; i < pixels; i++) {
            int first = i * bands;
            int green = bands < 3 ? first : first + 1;
            int blue = bands < 3 ? first : first + 2;
            int[] colours = {
                scaled(written[first], largest), scaled(written[green], largest), scaled(written[blue], largest)
            };
            boolean alpha = bands == 2 || bands == 4;
            put(rgb, i, colours, alpha ? written[first + bands - 1] : largest, largest);
        }
        return rgb;
    }

    private static int scaled(int sample, int largest) {
        return (sample * LARGEST + largest / 2) / largest;
    }

    private void put(int[] rgb, int pixel, int[] colours, int alpha, int opaque) throws PictureException {
        if (alpha < opaque && background == Background.UNKNOWN) {
            throw new PictureException(
                    "has transparent pixels, and it is not said what is behind them: say --background"
                            + " black or white, or save it without transparency");
        }
        for (int c = 0; c < 3; c++) {
            rgb[3 * pixel + c] = background.behind(colours[c], alpha, opaque);
        }
    }

    private static String kind(byte[] file) {
        if (file.length == 0) {
            return "an empty file";
        }
        return OTHERS.entrySet().stream()
                .filter(other -> startsWith(file, HexFormat.of().parseHex(other.getKey())))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> "a file that begins with the bytes "
                        + HexFormat.ofDelimiter(" ").formatHex(file, 0, Math.min(8, file.length)));
    }

    private static boolean startsWith(byte[] file, byte[] beginning) {
        return file.length >= beginning.length
                && Arrays.equals(file, 0, beginning.length, beginning, 0, beginning.length);
    }
}
