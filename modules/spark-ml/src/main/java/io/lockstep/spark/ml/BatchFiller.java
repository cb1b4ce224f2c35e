package io.lockstep.spark.ml;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.spark.frames.FrameColumns;
import io.lockstep.spark.frames.RowReader;
import java.nio.FloatBuffer;
import java.util.List;
import org.apache.spark.sql.Row;

/** Puts rows into a batch as training had them there: pictures normalised, and in the layout that the network reads. */
final class BatchFiller {
    private final List<Field> fields;
    private final boolean[] turned;
    private final float[][] tables;
    private final Object[] example;
    private final float[] values;

    BatchFiller(TrainedNetwork.Facts facts, FrameColumns columns, FeatureLayout layout) {
        fields = columns.fields();
        tables = facts.normalization() == null ? null : facts.normalization().tables();
        example = new Object[fields.size()];
        values = new float[fields.stream().mapToInt(Field::elements).max().orElse(0)];
        turned = new boolean[fields.size()];
        for (int i = 0; i < turned.length; i++) {
            Field field = fields.get(i);
            turned[i] = layout == FeatureLayout.NHWC
                    && field.name().equals(Batch.FEATURES)
                    && field.shape().size() == 3;
        }
    }

    void put(RowReader reader, Row row, Batch into, int place) {
        reader.read(row, example);
        for (int i = 0; i < example.length; i++) {
            Field field = fields.get(i);
            float[] planar = example[i] instanceof byte[] pixels ? normalised(pixels, field) : (float[]) example[i];
            FloatBuffer column = into.column(field.name()).floats();
            int at = place * field.elements();
            if (turned[i]) {
                putTurned(planar, field.shape().get(0), column, at);
            } else {
                column.put(at, planar, 0, field.elements());
            }
        }
    }

    private float[] normalised(byte[] pixels, Field field) {
        int plane = field.shape().get(1) * field.shape().get(2);
        for (int i = 0; i < pixels.length; i++) {
            values[i] = tables[i / plane][pixels[i] & 0xff];
        }
        return values;
    }

    /** (C, H, W) to (H, W, C). */
    private static void putTurned(float[] planar, int channels, FloatBuffer column, int at) {
        int plane = planar.length / channels;
        for (int c = 0; c < channels; c++) {
            for (int p = 0; p < plane; p++) {
                column.put(at + p * channels + c, planar[c * plane + p]);
            }
        }
    }
}
