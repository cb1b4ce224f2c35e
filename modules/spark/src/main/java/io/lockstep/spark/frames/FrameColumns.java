package io.lockstep.spark.frames;

import static org.apache.spark.sql.functions.col;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.NearestName;
import io.lockstep.spark.frames.Numbers.NumberColumn;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a DataFrame that examples are made of, and how.
 *
 * <pre>{@code
 * FrameColumns columns = FrameColumns.of(frame, FrameRequest.of("features", List.of("age", "income")).withLabel("class", CLASSES));
 * columns.of(frame).javaRDD().mapPartitionsWithIndex((partition, rows) -> {
 *     RowReader reader = columns.reader(partition);
 *     Object[] example = new Object[columns.fields().size()];
 *     while (rows.hasNext()) {
 *         reader.read(rows.next(), example);      // float[], int[] or byte[] of each field
 *         ...
 * }, true);
 * }</pre>
 *
 * <p>Made on the driver; immutable; travels to executors.
 */
public final class FrameColumns implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Of Spark's {@code binaryFile} and text sources: the file that a row comes from. */
    private static final String PATH = "path";

    private final List<String> columns;
    private final List<FieldReader> fields;
    private final List<String> classNames;
    private final Map<String, List<Integer>> shapes;
    private final int path;

    private FrameColumns(
            List<String> columns,
            List<FieldReader> fields,
            List<String> classNames,
            Map<String, List<Integer>> shapes,
            int path) {
        this.columns = List.copyOf(columns);
        this.fields = List.copyOf(fields);
        this.classNames = List.copyOf(classNames);
        this.shapes = Map.copyOf(shapes);
        this.path = path;
    }

    /** The shape of a column's values; empty of numbers. */
    @FunctionalInterface
    interface Shapes {
        List<Integer> of(String column);
    }

    /**
     * Checks the request against the schema, and reads what the schema does not tell: the length of vectors and the size of
     * pictures from a first row, and classes, if no metadata has them, from all rows.
     *
     * @throws UnfitFrameException naming the column that is missing or of another type
     */
    public static FrameColumns of(Dataset<Row> frame, FrameRequest request) {
        check(frame.schema(), request);
        List<String> classNames = request.label() != null && request.labels() == FrameRequest.Labels.CLASSES
                ? ClassNames.of(frame, request.label(), request.classes())
                : List.of();
        return of(frame.schema(), request, request.columns(), new FirstRows(frame), classNames);
    }

    /**
     * Examples like those of another frame, without a look at a row; their labels are not read. A {@link RowReader} reads
     * whole rows then.
     *
     * @param shapes of the columns of inputs, as {@link #shapes} told
     */
    public static FrameColumns like(StructType schema, FrameRequest request, Map<String, List<Integer>> shapes) {
        FrameRequest inputs = request.withLabel(null, request.labels()).withWeight(null);
        check(schema, inputs);
        return of(schema, inputs, List.of(schema.fieldNames()), shapes::get, List.of());
    }

    private static FrameColumns of(
            StructType schema, FrameRequest request, List<String> read, Shapes first, List<String> classNames) {
        List<String> columns = new ArrayList<>(read);
        boolean files = request.inputs().values().stream()
                .flatMap(List::stream)
                .anyMatch(column -> schema.apply(column).dataType() instanceof BinaryType);
        boolean named = files && has(schema, PATH, StringType.class);
        if (named && !columns.contains(PATH)) {
            columns.add(PATH);
        }
        int path = named ? columns.indexOf(PATH) : -1;
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        List<FieldReader> fields = new ArrayList<>();
        request.inputs().forEach((name, of) -> {
            List<Integer> wanted = request.inputs().size() == 1 ? request.shape() : List.of();
            boolean picture = isPicture(schema.apply(of.get(0)).dataType());
            of.forEach(column -> shapes.put(column, picture && !wanted.isEmpty() ? wanted : first.of(column)));
            fields.add(
                    picture
                            ? picture(name, schema.apply(of.get(0)), columns, shapes)
                            : numbers(name, of, wanted, columns, shapes::get));
        });
        if (request.label() != null) {
            fields.add(label(schema, request, columns, first, classNames));
        }
        if (request.weight() != null) {
            NumberColumn weight = new NumberColumn(request.weight(), columns.indexOf(request.weight()), List.of(), 0);
            fields.add(new Numbers(Field.float32(Batch.WEIGHTS), List.of(weight)));
        }
        return new FrameColumns(columns, fields, classNames, shapes, path);
    }

    private static FieldReader label(
            StructType schema, FrameRequest request, List<String> columns, Shapes first, List<String> classNames) {
        if (request.labels() == FrameRequest.Labels.NUMBERS) {
            return numbers(Batch.LABELS, List.of(request.label()), List.of(), columns, first);
        }
        boolean texts = schema.apply(request.label()).dataType() instanceof StringType;
        return new Classes(request.label(), columns.indexOf(request.label()), classNames, texts);
    }

    private static FieldReader picture(
            String name, StructField column, List<String> columns, Map<String, List<Integer>> shapes) {
        Field field = new Field(name, Field.Type.FLOAT32, shapes.get(column.name()));
        boolean encoded = column.dataType() instanceof BinaryType;
        return new Picture(field, column.name(), columns.indexOf(column.name()), encoded);
    }

    private static FieldReader numbers(
            String name, List<String> of, List<Integer> shape, List<String> columns, Shapes first) {
        List<NumberColumn> parts = of.stream()
                .map(column ->
                        new NumberColumn(column, columns.indexOf(column), first.of(column), Double.NEGATIVE_INFINITY))
                .toList();
        int size = parts.stream().mapToInt(NumberColumn::size).reduce(0, Math::addExact);
        boolean nested = parts.size() == 1 && parts.get(0).shape().size() > 1;
        List<Integer> own = nested ? parts.get(0).shape() : List.of(size);
        Field field = new Field(name, Field.Type.FLOAT32, shape.isEmpty() ? own : shape);
        if (field.elements() != size) {
            throw new UnfitFrameException("examples of shape " + shape + " have " + field.elements() + " numbers, and "
                    + String.join(", ", of) + " together have " + size);
        }
        return new Numbers(field, parts);
    }

    /**
     * What the schema alone tells.
     *
     * @throws UnfitFrameException naming the column that is missing or of another type
     */
    public static void check(StructType schema, FrameRequest request) {
        for (String column : request.columns()) {
            if (Arrays.asList(schema.fieldNames()).contains(column)) {
                continue;
            }
            throw new UnfitFrameException(NearestName.unknown("column", column, List.of(schema.fieldNames())));
        }
        request.inputs().forEach((field, columns) -> checkInput(schema, field, columns));
        if (request.label() != null) {
            DataType type = schema.apply(request.label()).dataType();
            boolean one = isNumber(type);
            boolean fits = request.labels() == FrameRequest.Labels.CLASSES
                    ? one || type instanceof StringType
                    : one || isNumbers(type);
            require(
                    fits,
                    schema.apply(request.label()),
                    request.labels() == FrameRequest.Labels.CLASSES
                            ? "a label that is a class is a whole number from 0 or a string"
                            : "a label to predict is a number, or a vector or array of numbers");
        }
        if (request.weight() != null) {
            require(
                    isNumber(schema.apply(request.weight()).dataType()),
                    schema.apply(request.weight()),
                    "a weight is a number");
        }
    }

    private static void checkInput(StructType schema, String field, List<String> columns) {
        if (columns.isEmpty()) {
            throw new UnfitFrameException("'" + field + "' has no column to be read from; name one or several");
        }
        for (String column : columns) {
            DataType type = schema.apply(column).dataType();
            boolean picture = isPicture(type);
            if (picture && columns.size() > 1) {
                throw new UnfitFrameException(
                        "column '" + column + "' has pictures, which stand alone: take no other column"
                                + " beside it, or a network with an input for each");
            }
            require(
                    picture || isNumber(type) || isNumbers(type),
                    schema.apply(column),
                    "features are numbers, vectors, arrays of numbers or pictures"
                            + (type instanceof StringType
                                    ? "; make numbers of a string by StringIndexer and OneHotEncoder, or,"
                                            + " for a model of texts, write the column as a .txt file, or as one"
                                            + " for each class, and train on that by data"
                                    : ""));
        }
    }

    private static void require(boolean fits, StructField column, String wanted) {
        if (!fits) {
            throw new UnfitFrameException("column '" + column.name() + "' is of type "
                    + column.dataType().simpleString() + ": " + wanted);
        }
    }

    private static boolean has(StructType schema, String column, Class<? extends DataType> type) {
        return Arrays.asList(schema.fieldNames()).contains(column)
                && type.isInstance(schema.apply(column).dataType());
    }

    private static boolean isPicture(DataType type) {
        return type instanceof BinaryType || MlTypes.isImage(type);
    }

    static boolean isNumber(DataType type) {
        return type instanceof NumericType || type instanceof BooleanType;
    }

    static boolean isNumbers(DataType type) {
        return MlTypes.isVector(type)
                || type instanceof ArrayType array
                        && (isNumber(array.elementType())
                                || array.elementType() instanceof ArrayType && isNumbers(array.elementType()));
    }

    /** Of the frame; what {@link RowReader} reads, in this order. */
    public List<String> columns() {
        return columns;
    }

    /**
     * The columns of a frame, in the order in which {@link RowReader} reads them.
     *
     * @param more columns behind those
     */
    public Dataset<Row> of(Dataset<Row> frame, Column... more) {
        Stream<Column> read = columns.stream().map(name -> col(quoted(name)));
        return frame.select(Stream.concat(read, Arrays.stream(more)).toArray(Column[]::new));
    }

    /** As Spark reads a name that may have points in it. */
    public static String quoted(String column) {
        return "`" + column.replace("`", "``") + "`";
    }

    /** Of an example; pictures are float32 here, and bytes where they are read. */
    public List<Field> fields() {
        return fields.stream().map(FieldReader::field).toList();
    }

    /** Whether a field is a picture, of which {@link RowReader} hands out bytes. */
    public boolean isPicture(int field) {
        return fields.get(field) instanceof Picture;
    }

    /** Of the columns of inputs; empty of numbers. */
    public Map<String, List<Integer>> shapes() {
        return shapes;
    }

    /** In the order of the labels; none where labels are no classes. */
    public List<String> classNames() {
        return classNames;
    }

    /** @param partition of the frame, for messages */
    public RowReader reader(int partition) {
        return new RowReader(fields, partition, path);
    }
}
