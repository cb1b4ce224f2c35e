package io.lockstep.spark.frames;

import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Types of columns that Spark ML defines. */
final class MlTypes {
    private MlTypes() {}

    static boolean isVector(DataType type) {
        return type.equals(SQLDataTypes.VectorType());
    }

    /** By the names and types of its parts: whether they may be null differs by where it comes from. */
    static boolean isImage(DataType type) {
        if (!(type instanceof StructType struct)) {
            return false;
        }
        StructField[] known = ImageSchema.columnSchema().fields();
        StructField[] found = struct.fields();
        boolean same = known.length == found.length;
        for (int i = 0; same && i < known.length; i++) {
            same = known[i].name().equals(found[i].name())
                    && known[i].dataType().equals(found[i].dataType());
        }
        return same;
    }
}
