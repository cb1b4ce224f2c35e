package io.lockstep.spark.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a model adds.
 *
 * @param classes whether it tells classes, and so their probabilities
 * @param several whether what it predicts are several numbers
 * @param classNames for the metadata of the prediction; empty: they are not known yet
 */
record PredictedColumns(PredictionParams<?> stage, boolean classes, boolean several, List<String> classNames) {
    /** In the order in which they are added; an empty name is not. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        names.add(stage.getPredictionCol());
        if (classes) {
            names.add(stage.getProbabilityCol());
            names.add(stage.getRawPredictionCol());
        }
        return names;
    }

    /** @throws IllegalArgumentException if a column of the name is there already, as Spark's own stages do */
    StructType addTo(StructType schema) {
        StructType extended = schema;
        List<String> names = names();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (name.isEmpty()) {
                continue;
            }
            if (Arrays.asList(extended.fieldNames()).contains(name)) {
                throw new IllegalArgumentException("Column " + name + " already exists.");
            }
            boolean number = i == 0 && !several;
            DataType type = number ? DataTypes.DoubleType : SQLDataTypes.VectorType();
            extended = extended.add(new StructField(name, type, false, i == 0 ? metadata(name) : Metadata.empty()));
        }
        return extended;
    }

    private Metadata metadata(String name) {
        return classNames.isEmpty()
                ? Metadata.empty()
                : NominalAttribute.defaultAttr()
                        .withName(name)
                        .withValues(classNames.toArray(String[]::new))
                        .toMetadata();
    }
}
