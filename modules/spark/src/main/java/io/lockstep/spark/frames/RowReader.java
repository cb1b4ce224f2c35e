package io.lockstep.spark.frames;

import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Turns the rows of a partition into examples, one after the other. One thread's.
 */
public final class RowReader {
    private final List<FieldReader.Open> readers;
    private final int partition;
    private final int path;
    private long row = -1;

    /** @param path place of the column that says where a row comes from, or -1 */
    RowReader(List<FieldReader> fields, int partition, int path) {
        readers = fields.stream().map(FieldReader::open).toList();
        this.partition = partition;
        this.path = path;
    }

    /**
     * The next row.
     *
     * @param row with the columns of {@link FrameColumns#columns}, in their order
     * @param into receives of each field, in their order, {@code float[]}, {@code int[]} or {@code byte[]}, which are valid
     *     until the next row
     * @throws UnfitFrameException naming the column and the row
     */
    public void read(Row row, Object[] into) {
        this.row++;
        for (int i = 0; i < readers.size(); i++) {
            try {
                into[i] = readers.get(i).read(row);
            } catch (BadValueException e) {
                throw e.in(place(row));
            }
        }
    }

    private String place(Row current) {
        String number = "row " + row + " of partition " + partition + ", counted from 0";
        return path >= 0 && !current.isNullAt(path) ? number + " (" + current.getString(path) + ")" : number;
    }
}
