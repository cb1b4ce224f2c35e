package io.lockstep.spark.frames;

import static org.apache.spark.sql.functions.col;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import scala.collection.Seq;

/** How long vectors are and how large pictures, by the first value of a column that is not null. */
final class FirstRows implements FrameColumns.Shapes {
    private final Dataset<Row> frame;
    private final Map<String, Object> values = new HashMap<>();

    FirstRows(Dataset<Row> frame) {
        this.frame = frame;
    }

    private Object value(String column) {
        return values.computeIfAbsent(column, name -> {
            Column named = col(FrameColumns.quoted(name));
            List<Row> rows = frame.select(named).filter(named.isNotNull()).takeAsList(1);
            if (rows.isEmpty()) {
                throw new UnfitFrameException("column '" + name
                        + "' has no value: the DataFrame has no rows, or all of them" + " are null there");
            }
            return rows.get(0).get(0);
        });
    }

    /** Of pictures (C, H, W). */
    @Override
    public List<Integer> of(String column) {
        DataType type = frame.schema().apply(column).dataType();
        if (type instanceof BinaryType) {
            return shapeOf((byte[]) value(column), column);
        } else if (MlTypes.isImage(type)) {
            return Picture.shapeOf((Row) value(column), column);
        }
        if (MlTypes.isVector(type)) {
            int told =
                    AttributeGroup.fromStructField(frame.schema().apply(column)).size();
            return List.of(told >= 0 ? told : ((Vector) value(column)).size());
        }
        List<Integer> shape = new ArrayList<>();
        Object at = type instanceof ArrayType ? value(column) : null;
        while (at instanceof Seq<?> array) {
            shape.add(array.size());
            at = array.isEmpty() ? null : array.head();
        }
        return shape;
    }

    private static List<Integer> shapeOf(byte[] file, String column) {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new UnfitFrameException(
                        "column '" + column + "' begins with a value that is no picture: PNG and JPEG files are read");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                boolean grey = reader.getRawImageType(0) != null
                        && reader.getRawImageType(0).getNumBands() <= 2
                        && !(reader.getRawImageType(0).getColorModel() instanceof java.awt.image.IndexColorModel);
                return List.of(grey ? 1 : 3, reader.getHeight(0), reader.getWidth(0));
            } finally {
                reader.dispose();
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new UnfitFrameException(
                    "column '" + column + "' begins with a picture that cannot be read: " + e.getMessage(), e);
        }
    }
}
