package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Moves the pictures of a writer from (C, H, W) to (H, W, C), in which some networks read them. */
final class TransposingWriter implements ExampleWriter {
    private final ExampleWriter writer;
    private final int channels;
    private final int pixels;
    private final float[] planar;
    private final float[] interleaved;

    private TransposingWriter(ExampleWriter writer, List<Integer> shape) {
        this.writer = writer;
        channels = shape.get(0);
        pixels = shape.get(1) * shape.get(2);
        planar = new float[channels * pixels];
        interleaved = new float[channels * pixels];
    }

    /** The writer itself, where there is nothing to move: what it writes are no pictures, or as they are wanted. */
    static ExampleWriter over(ExampleWriter writer, List<Field> fields, FeatureLayout wanted) {
        List<Integer> shape = fields.stream()
                .filter(field -> field.name().equals(Batch.FEATURES))
                .map(Field::shape)
                .findFirst()
                .orElse(List.of());
        return wanted == writer.layout() || shape.size() != 3 ? writer : new TransposingWriter(writer, shape);
    }

    @Override
    public List<Field> fields(List<Field> ofSet) {
        List<Field> fields = new ArrayList<>(writer.fields(ofSet));
        fields.replaceAll(field -> {
            List<Integer> shape = field.shape();
            return field.name().equals(Batch.FEATURES)
                    ? Field.float32(Batch.FEATURES, shape.get(1), shape.get(2), shape.get(0))
                    : field;
        });
        return fields;
    }

    @Override
    public FeatureLayout layout() {
        return FeatureLayout.NHWC;
    }

    @Override
    public void write(int example, long epoch, Batch into, int place) {
        writer.write(example, epoch, into, place);
        FloatBuffer features = into.column(Batch.FEATURES).floats();
        features.get(place * planar.length, planar);
        for (int c = 0; c < channels; c++) {
            for (int p = 0; p < pixels; p++) {
                interleaved[p * channels + c] = planar[c * pixels + p];
            }
        }
        features.put(place * planar.length, interleaved);
    }
}
