package io.lockstep.datasets.pictures;

import io.lockstep.datasets.ImageShape;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
 * @param resizes whether pictures of another size are resized ({@link BilinearResize}), and not refused
 * @param shorterSide that pictures are resized to before their middle is cut out; 0: all of a picture is resized
 */
public record PictureDecoder(ImageShape shape, Background background, boolean resizes, int shorterSide) {
    private static final int LARGEST = 255;
    /** Of a picture that is to be resized: what a camera of the largest kind takes. */
    private static final long MOST_PIXELS = 1L << 28;
    /** As much as {@link ImageShape} takes. */
    private static final int LONGEST_SIDE = 1 << 16;

    /** Of pictures that have the shape already. */
    public PictureDecoder(ImageShape shape, Background background) {
        this(shape, background, false, 0);
    }

    /** Of pictures that are resized whatever their sides, or not at all. */
    public PictureDecoder(ImageShape shape, Background background, boolean resizes) {
        this(shape, background, resizes, 0);
    }

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
        Written written = written(file);
        ImageShape own = written.shape(shape.channels());
        if (own.equals(shape) && shorterSide == 0) {
            decode(written, own, into, at);
            return;
        }
        Whole whole = whole(written, own);
        if (shorterSide == 0) {
            whole.cut(0, 0, own.height(), own.width(), shape, into, at);
        } else {
            long longer =
                    (long) shorterSide * Math.max(own.height(), own.width()) / Math.min(own.height(), own.width());
            if (longer > LONGEST_SIDE || longer * shorterSide > MOST_PIXELS) {
                throw new PictureException("is " + own.height() + "x" + own.width()
                        + ", too long and thin to be resized by its shorter side: cut it");
            }
            whole.middle(shorterSide, shape, into, at);
        }
    }

    /**
     * Decodes a file of any size.
     *
     * @throws PictureException saying what is wrong with it
     */
    public Whole whole(byte[] file) throws PictureException {
        Written written = written(file);
        return whole(written, written.shape(shape.channels()));
    }

    private Whole whole(Written written, ImageShape own) throws PictureException {
        byte[] pixels = new byte[own.size()];
        decode(written, own, pixels, 0);
        return new Whole(own, pixels);
    }

    private Written written(byte[] file) throws PictureException {
        return switch (PictureFormat.of(file)) {
            case PNG -> read("png", file, PngFile.examine(file));
            case JPEG -> {
                JpegFile jpeg = JpegFile.examine(file);
                yield read("jpeg", jpeg.content(), jpeg.orientation());
            }
        };
    }

    /**
     * A decoded picture in its own size.
     *
     * @param pixels (C, H, W)
     */
    public record Whole(ImageShape shape, byte[] pixels) {
        /** Resizes a part of it. */
        public void cut(int top, int left, int height, int width, ImageShape wanted, byte[] into, int at) {
            byte[] part = new byte[height * width];
            for (int c = 0; c < shape.channels(); c++) {
                for (int y = 0; y < height; y++) {
                    int from = (c * shape.height() + top + y) * shape.width() + left;
                    System.arraycopy(pixels, from, part, y * width, width);
                }
                int to = at + c * wanted.planeSize();
                BilinearResize.resize(part, height, width, into, to, wanted.height(), wanted.width());
            }
        }

        /** Resizes it so that its shorter side is so long, and cuts the middle out: torchvision's Resize and CenterCrop. */
        public void middle(int shorterSide, ImageShape wanted, byte[] into, int at) {
            int shorter = Math.min(shape.height(), shape.width());
            int height = (int) ((long) shorterSide * shape.height() / shorter);
            int width = (int) ((long) shorterSide * shape.width() / shorter);
            int top = (int) Math.rint((height - wanted.height()) / 2.0);
            int left = (int) Math.rint((width - wanted.width()) / 2.0);
            ImageShape resized = new ImageShape(shape.channels(), height, width);
            byte[] all = new byte[resized.size()];
            cut(0, 0, shape.height(), shape.width(), resized, all, 0);
            new Whole(resized, all).cut(top, left, wanted.height(), wanted.width(), wanted, into, at);
        }
    }

    /** A picture as it was written, and how it is to be turned. */
    private record Written(BufferedImage image, Orientation orientation) {
        /** Of the upright picture. */
        ImageShape shape(int channels) {
            return orientation.isOnItsSide()
                    ? new ImageShape(channels, image.getWidth(), image.getHeight())
                    : new ImageShape(channels, image.getHeight(), image.getWidth());
        }
    }

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
        if (resizes) {
            if ((long) width * height > MOST_PIXELS) {
                throw new PictureException(
                        "is " + high + "x" + upright + ", more pixels than are decoded: make it smaller");
            }
        } else if (upright != shape.width() || high != shape.height()) {
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

    private void decode(Written written, ImageShape own, byte[] into, int at) throws PictureException {
        int[] rgb = samples(written.image());
        int width = written.image().getWidth();
        int height = written.image().getHeight();
        for (int y = 0; y < own.height(); y++) {
            for (int x = 0; x < own.width(); x++) {
                int pixel = 3 * written.orientation().placeOf(x, y, width, height);
                int place = at + y * own.width() + x;
                if (own.channels() == 1) {
                    into[place] = (byte) ((rgb[pixel] + rgb[pixel + 1] + rgb[pixel + 2] + 1) / 3);
                } else {
                    for (int c = 0; c < 3; c++) {
                        into[place + c * own.planeSize()] = (byte) rgb[pixel + c];
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
                    "has transparent pixels, and it is not said what is behind them: say black or white (of a"
                            + " folder to train on by image-background, in predict by --background), or save it without"
                            + " transparency");
        }
        for (int c = 0; c < 3; c++) {
            rgb[3 * pixel + c] = background.behind(colours[c], alpha, opaque);
        }
    }
}
