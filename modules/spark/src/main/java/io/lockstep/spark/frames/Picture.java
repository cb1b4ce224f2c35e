package io.lockstep.spark.frames;

import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.pictures.Background;
import io.lockstep.datasets.pictures.PictureDecoder;
import io.lockstep.datasets.pictures.PictureException;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * A picture, as bytes (C, H, W) in the order red, green, blue.
 *
 * @param encoded whether the column has PNG or JPEG files, and not Spark's image struct
 */
record Picture(Field field, String column, int place, boolean encoded) implements FieldReader {
    // of Spark's ImageSchema.columnSchema
    private static final int ORIGIN = 0;
    private static final int HEIGHT = 1;
    private static final int WIDTH = 2;
    private static final int CHANNELS = 3;
    private static final int DATA = 5;

    private static final String UNDECODED = "is a picture that Spark could not decode";
    private static final String DROP_INVALID = "mend it, or read with .option(\"dropInvalid\", true)";
    private static final String LEAVE_OUT = "mend the picture, or leave it out";

    @Override
    public Open open() {
        byte[] pixels = new byte[field.elements()];
        ImageShape shape = new ImageShape(
                field.shape().get(0), field.shape().get(1), field.shape().get(2));
        if (!encoded) {
            return row -> {
                readStruct(row, shape, pixels);
                return pixels;
            };
        }
        var decoder = new PictureDecoder(shape, Background.UNKNOWN);
        return row -> {
            decode(row, decoder, pixels);
            return pixels;
        };
    }

    private void decode(Row row, PictureDecoder decoder, byte[] into) throws BadValueException {
        byte[] file = row.getAs(place);
        if (file == null) {
            throw BadValueException.ofNull(column);
        }
        try {
            decoder.decode(file, into, 0);
        } catch (PictureException e) {
            throw new BadValueException(column, e.getMessage(), LEAVE_OUT);
        }
    }

    /** From BGR, row after row, to (C, H, W) of RGB; grey has one channel. */
    private void readStruct(Row row, ImageShape shape, byte[] into) throws BadValueException {
        Row image = row.getStruct(place);
        if (image == null || image.isNullAt(DATA)) {
            throw BadValueException.ofNull(column);
        }
        String origin = origin(image);
        int height = image.getInt(HEIGHT);
        int width = image.getInt(WIDTH);
        int channels = image.getInt(CHANNELS);
        byte[] data = image.getAs(DATA);
        if (height <= 0 || width <= 0) {
            throw new BadValueException(column, UNDECODED + origin, DROP_INVALID);
        }
        if (height != shape.height() || width != shape.width() || channels != shape.channels()) {
            throw new BadValueException(
                    column,
                    "is a picture of " + height + "x" + width + " with " + channels + " channels" + origin,
                    "pictures of " + shape.height() + "x" + shape.width() + " with " + shape.channels()
                            + " channels are wanted; give all of them one size");
        }
        if (data.length != shape.size()) {
            throw new BadValueException(
                    column,
                    "has " + data.length + " bytes of " + shape.size() + origin,
                    "its mode must be 8 bits a channel");
        }
        for (int c = 0; c < channels; c++) {
            int from = channels > 1 && c < 3 ? 2 - c : c; // blue comes first, an alpha channel last
            for (int pixel = 0; pixel < shape.planeSize(); pixel++) {
                into[c * shape.planeSize() + pixel] = data[pixel * channels + from];
            }
        }
    }

    private static String origin(Row image) {
        return image.isNullAt(ORIGIN) ? "" : " (" + image.getString(ORIGIN) + ")";
    }

    /** The shape of the first picture in Spark's struct. */
    static List<Integer> shapeOf(Row image, String column) {
        List<Integer> shape = List.of(image.getInt(CHANNELS), image.getInt(HEIGHT), image.getInt(WIDTH));
        if (shape.stream().anyMatch(size -> size <= 0)) {
            throw new UnfitFrameException(
                    "the first value of column '" + column + "' " + UNDECODED + origin(image) + ": " + DROP_INVALID);
        }
        return shape;
    }
}
