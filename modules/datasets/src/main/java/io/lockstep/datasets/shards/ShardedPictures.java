package io.lockstep.datasets.shards;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.BytePictures;
import java.util.ArrayList;
import java.util.List;

/** Pictures that are stored a byte a value, and are augmented and normalised as those in memory are. */
final class ShardedPictures extends ShardedExamples implements BytePictures {
    // as ShardSet.Description has seen to
    private static final int PICTURES = 0;
    private static final int LABELS = 1;
    private static final int OTHERS = 2;

    ShardedPictures(ShardManifest manifest, Split split, ShardBlocks blocks, boolean whole) {
        super(manifest, split, blocks, whole);
    }

    @Override
    public ImageShape shape() {
        return super.shape();
    }

    @Override
    public int label(int example) {
        int block = blocks.blockOf(example);
        byte[] bytes = blocks.bytes(block);
        int at = offset(LABELS, block, example);
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
    }

    @Override
    public byte[] pixels(int example) {
        return blocks.bytes(blocks.blockOf(example));
    }

    @Override
    public int pixelOffset(int example) {
        return offset(PICTURES, blocks.blockOf(example), example);
    }

    @Override
    public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
        ExampleWriter assembler = pictureWriter(seed, options, training);
        return new ExampleWriter() {
            @Override
            public void write(int example, long epoch, Batch into, int place) {
                assembler.write(example, epoch, into, place);
                copyColumns(OTHERS, example, into, place);
            }

            @Override
            public List<Field> fields(List<Field> ofSet) {
                List<Field> fields = new ArrayList<>(assembler.fields(ofSet));
                fields.addAll(ofSet.subList(OTHERS, ofSet.size()));
                return fields;
            }

            @Override
            public FeatureLayout layout() {
                return assembler.layout();
            }
        };
    }
}
