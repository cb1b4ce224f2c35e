package io.lockstep.spark.frames;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.BinaryAttribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;

/** The classes of a label: as a {@code StringIndexer} has left them in its metadata, or as the rows have them. */
final class ClassNames {
    private static final int MOST = 1 << 20;

    private ClassNames() {}

    /** @param known of numbers of classes; 0: as many as the rows have */
    static List<String> of(Dataset<Row> frame, String label, int known) {
        StructField field = frame.schema().apply(label);
        List<String> told = told(field);
        if (!told.isEmpty()) {
            return told;
        }
        Column column = col(FrameColumns.quoted(label));
        if (field.dataType() instanceof StringType) {
            return texts(frame, column, label);
        }
        if (field.dataType() instanceof BooleanType) {
            return List.of("false", "true");
        }
        if (known > 0) {
            return numbered(known);
        }
        Row largest = frame.agg(max(column.cast("double"))).head();
        double last = largest.isNullAt(0) ? Double.NaN : largest.getDouble(0);
        if (!(last >= 0 && last < MOST)) {
            throw new UnfitFrameException("column '" + label + "' is a label, of which the largest is "
                    + (largest.isNullAt(0) ? "null" : last)
                    + ": classes are whole numbers from 0. A StringIndexer makes them of"
                    + " other values; a network that is to predict numbers has a loss for them, such as MSE");
        }
        return numbered((int) last + 1);
    }

    private static List<String> numbered(int classes) {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    /** Empty if the metadata tells nothing. */
    private static List<String> told(StructField field) {
        if (!(field.dataType() instanceof NumericType)) {
            return List.of();
        }
        Attribute attribute = Attribute.fromStructField(field);
        if (attribute instanceof NominalAttribute nominal) {
            if (nominal.values().isDefined()) {
                return Arrays.asList(nominal.values().get());
            }
            return nominal.getNumValues().isDefined()
                    ? numbered((Integer) nominal.getNumValues().get())
                    : List.of();
        } else if (attribute instanceof BinaryAttribute binary) {
            return binary.values().isDefined() ? Arrays.asList(binary.values().get()) : numbered(2);
        }
        return List.of();
    }

    /** In the order of their characters. */
    private static List<String> texts(Dataset<Row> frame, Column column, String label) {
        List<String> found = frame.select(column).distinct().na().drop().takeAsList(MOST).stream()
                .map(row -> row.getString(0))
                .sorted()
                .toList();
        if (found.isEmpty()) {
            throw new UnfitFrameException("column '" + label + "' is the label, and has no value in any row");
        }
        return found;
    }
}
