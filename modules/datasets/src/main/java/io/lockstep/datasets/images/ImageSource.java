package io.lockstep.datasets.images;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Split;
import java.io.IOException;
import java.util.List;

/** A set of images; opening one has checked that its files are of the right length. */
public interface ImageSource extends DataSource {
    @Override
    ImageShape shape();

    @Override
    default List<Field> fields() {
        return Field.ofPictures(shape());
    }

    @Override
    default boolean hasPictures() {
        return true;
    }

    @Override
    ImageDataset read(Split split, ExampleRange range) throws IOException;

    default ImageDataset read(Split split) throws IOException {
        return read(split, ExampleRange.all(examples(split)));
    }
}
