package io.lockstep.spark.frames;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Field;
import io.lockstep.spark.frames.FrameRequest.Labels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From columns that Spark users have to fields of examples, and what is said of values that are none. */
class FrameColumnsIT {
    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 1)
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static StructType schema(Object... namesAndTypes) {
        StructType schema = new StructType();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            schema = schema.add((String) namesAndTypes[i], (org.apache.spark.sql.types.DataType) namesAndTypes[i + 1]);
        }
        return schema;
    }

    private static Dataset<Row> frame(StructType schema, Row... rows) {
        return spark.createDataFrame(Arrays.asList(rows), schema).coalesce(1);
    }

    /** What a reader hands out of each row, as text. */
    private static List<String> read(Dataset<Row> frame, FrameRequest request) {
        FrameColumns columns = FrameColumns.of(frame, request);
        RowReader reader = columns.reader(0);
        Object[] example = new Object[columns.fields().size()];
        List<String> all = new ArrayList<>();
        for (Row row : columns.of(frame).collectAsList()) {
            reader.read(row, example);
            all.add(Arrays.deepToString(example));
        }
        return all;
    }

    private static FrameRequest features(String... columns) {
        return FrameRequest.of("features", List.of(columns));
    }

    @Test
    void numbersVectorsAndArraysStandOneAfterTheOther() {
        Dataset<Row> frame = frame(
                        schema("a", DataTypes.IntegerType, "v", SQLDataTypes.VectorType(), "y", DataTypes.DoubleType),
                        RowFactory.create(1, Vectors.dense(2, 3), 1.0),
                        RowFactory.create(4, Vectors.sparse(2, new int[] {1}, new double[] {6}), 0.0))
                .withColumn("list", array(lit(7.5), col("y")))
                .withColumn("yes", lit(true))
                .withColumn("w", lit(0.5));
        FrameRequest request =
                features("list", "a", "v", "yes").withLabel("y", Labels.CLASSES).withWeight("w");

        assertThat(FrameColumns.of(frame, request).fields())
                .containsExactly(Field.float32("features", 6), Field.int32("labels"), Field.float32("weights"));
        assertThat(FrameColumns.of(frame, request).classNames()).containsExactly("0", "1");
        assertThat(read(frame, request))
                .containsExactly(
                        "[[7.5, 1.0, 1.0, 2.0, 3.0, 1.0], [1], [0.5]]", "[[7.5, 0.0, 4.0, 0.0, 6.0, 1.0], [0], [0.5]]");
    }

    @Test
    void nestedArraysKeepTheirShapeAndOthersGetOne() {
        Dataset<Row> frame = frame(schema("x", DataTypes.FloatType), RowFactory.create(1f))
                .withColumn("steps", array(array(col("x"), lit(2f)), array(lit(3f), lit(4f)), array(lit(5f), lit(6f))));

        assertThat(FrameColumns.of(frame, features("steps")).fields()).containsExactly(Field.float32("features", 3, 2));
        assertThat(read(frame, features("steps"))).containsExactly("[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]");
        assertThat(FrameColumns.of(frame, features("steps").withShape(List.of(1, 2, 3)))
                        .fields())
                .containsExactly(Field.float32("features", 1, 2, 3));
        assertThatThrownBy(() -> FrameColumns.of(frame, features("steps").withShape(List.of(4))))
                .hasMessage("examples of shape [4] have 4 numbers, and steps together have 6");
    }

    @Test
    void classesHaveTheNamesOfAStringIndexerOrTheirOwn() {
        Dataset<Row> frame = frame(
                schema("x", DataTypes.DoubleType, "kind", DataTypes.StringType),
                RowFactory.create(1.0, "cat"),
                RowFactory.create(2.0, "ant"),
                RowFactory.create(3.0, "cat"));
        Dataset<Row> indexed = new StringIndexer()
                .setInputCol("kind")
                .setOutputCol("index")
                .fit(frame)
                .transform(frame);

        assertThat(FrameColumns.of(indexed, features("x").withLabel("index", Labels.CLASSES))
                        .classNames())
                .containsExactly("cat", "ant"); // the most frequent first
        assertThat(FrameColumns.of(frame, features("x").withLabel("kind", Labels.CLASSES))
                        .classNames())
                .containsExactly("ant", "cat");
        assertThat(read(frame, features("x").withLabel("kind", Labels.CLASSES)))
                .containsExactly("[[1.0], [1]]", "[[2.0], [0]]", "[[3.0], [1]]");
        assertThat(FrameColumns.of(
                                frame,
                                features("x").withLabel("x", Labels.CLASSES).withClasses(5))
                        .classNames())
                .hasSize(5);
    }

    @Test
    void anAssemblersMetadataTellsTheLengthOfVectorsWithoutARow() {
        Dataset<Row> frame = frame(schema("x", DataTypes.DoubleType, "y", DataTypes.DoubleType));
        Dataset<Row> assembled = new VectorAssembler()
                .setInputCols(new String[] {"x", "y"})
                .setOutputCol("v")
                .transform(frame);

        assertThat(FrameColumns.of(assembled, features("v")).fields()).containsExactly(Field.float32("features", 2));
    }

    @Test
    void picturesAreRedGreenBlueChannelByChannelHoweverTheyCome() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, 0x010203);
        image.setRGB(1, 0, 0x0a0b0c);
        var png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        Dataset<Row> files = frame(
                schema("path", DataTypes.StringType, "content", DataTypes.BinaryType),
                RowFactory.create("file:/a.png", png.toByteArray()));
        byte[] bgr = {3, 2, 1, 12, 11, 10};
        Dataset<Row> structs = frame(
                schema("image", ImageSchema.columnSchema()),
                RowFactory.create(RowFactory.create("file:/a.png", 1, 2, 3, 16, bgr)));

        for (FrameColumns columns :
                List.of(FrameColumns.of(files, features("content")), FrameColumns.of(structs, features("image")))) {
            assertThat(columns.fields()).containsExactly(Field.float32("features", 3, 1, 2));
            assertThat(columns.isPicture(0)).isTrue();
        }
        assertThat(read(files, features("content"))).containsExactly("[[1, 10, 2, 11, 3, 12]]");
        assertThat(read(structs, features("image"))).containsExactly("[[1, 10, 2, 11, 3, 12]]");
    }

    @Test
    void aBrokenPictureIsNamedByItsFile() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        var png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        byte[] cut = Arrays.copyOf(png.toByteArray(), png.size() - 20);
        Dataset<Row> files = frame(
                schema("path", DataTypes.StringType, "content", DataTypes.BinaryType),
                RowFactory.create("file:/a.png", png.toByteArray()),
                RowFactory.create("file:/b.png", cut),
                RowFactory.create("file:/c.png", new byte[0]));

        assertThatThrownBy(() -> read(files, features("content")))
                .isInstanceOf(UnfitFrameException.class)
                .hasMessageStartingWith("column 'content' is a truncated PNG")
                .hasMessageContaining("in row 1 of partition 0, counted from 0 (file:/b.png)");
        assertThatThrownBy(() -> read(files.filter("path != 'file:/b.png'"), features("content")))
                .hasMessageContaining("an empty file in row 1 of partition 0, counted from 0 (file:/c.png)");
    }

    @Test
    void badValuesAreNamedByColumnAndRow() {
        StructType schema = schema(
                "x",
                DataTypes.DoubleType,
                "list",
                DataTypes.createArrayType(DataTypes.DoubleType),
                "y",
                DataTypes.DoubleType);
        Row good = RowFactory.create(1.0, List.of(1.0, 2.0), 1.0);

        assertThatThrownBy(() -> read(frame(schema, good, RowFactory.create(null, null, 0.0)), features("x")))
                .hasMessage(
                        "column 'x' is null in row 1 of partition 0, counted from 0: leave such rows out (na().drop()),"
                                + " or fill them (na().fill(...), an Imputer)");
        assertThatThrownBy(() -> read(frame(schema, good, RowFactory.create(Double.NaN, null, 0.0)), features("x")))
                .hasMessageStartingWith("column 'x' is NaN in row 1 of partition 0");
        assertThatThrownBy(() -> read(frame(schema, good, RowFactory.create(1e300, null, 0.0)), features("x")))
                .hasMessageStartingWith("column 'x' is 1.0E300, too large for a float32 in row 1");
        assertThatThrownBy(() -> read(frame(schema, good, RowFactory.create(1.0, List.of(1.0), 0.0)), features("list")))
                .hasMessage(
                        "column 'list' has 1 numbers in row 1 of partition 0, counted from 0: rows before have 2, and all"
                                + " must have as many; pad or cut them");
        assertThatThrownBy(() -> read(
                        frame(schema, good, RowFactory.create(1.0, Arrays.asList(1.0, null), 0.0)), features("list")))
                .hasMessageStartingWith("column 'list' has a null, at index 1, in row 1");
        assertThatThrownBy(() -> read(
                        frame(schema, good, RowFactory.create(1.0, List.of(1.0, 1.0), 0.5)),
                        features("x").withLabel("y", Labels.CLASSES)))
                .hasMessageStartingWith("column 'y' is 0.5 in row 1")
                .hasMessageEndingWith("a label of 2 classes is a whole number from 0 to 1");
        assertThatThrownBy(() -> read(
                        frame(schema, good, RowFactory.create(1.0, List.of(1.0, 1.0), -1.0)),
                        features("x").withWeight("y")))
                .hasMessageStartingWith("column 'y' is -1.0 in row 1");
    }

    @Test
    void columnsThatCannotBeReadAreRefusedOnTheDriver() {
        Dataset<Row> frame =
                frame(schema("age", DataTypes.DoubleType, "name", DataTypes.StringType), RowFactory.create(1.0, "a"));

        assertThatThrownBy(() -> FrameColumns.of(frame, features("agee")))
                .hasMessage("unknown column 'agee'; did you mean 'age'? Known: age, name");
        assertThatThrownBy(() -> FrameColumns.of(frame, features("name")))
                .hasMessage(
                        "column 'name' is of type string: features are numbers, vectors, arrays of numbers or pictures;"
                                + " make numbers of a string by StringIndexer and OneHotEncoder, or, for a model of texts,"
                                + " write the column as a .txt file, or as one for each class, and train on that by data");
        assertThatThrownBy(() -> FrameColumns.of(frame, features("age").withLabel("name", Labels.NUMBERS)))
                .hasMessageStartingWith("column 'name' is of type string: a label to predict is a number");
        assertThatThrownBy(() -> FrameColumns.of(
                        frame.withColumn("y", lit(-1.0)), features("age").withLabel("y", Labels.CLASSES)))
                .hasMessageStartingWith(
                        "column 'y' is a label, of which the largest is -1.0: classes are whole numbers");
    }
}
