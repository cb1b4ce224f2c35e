package io.lockstep.datasets.images.encoded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.BatchLoadingException;
import io.lockstep.datasets.loading.Sampler;
import io.lockstep.datasets.loading.UnreadExample;
import io.lockstep.datasets.pictures.PictureOptions;
import io.lockstep.datasets.pictures.PictureOptions.Crop;
import io.lockstep.datasets.pictures.PictureOptions.Size;
import io.lockstep.datasets.storage.LocalStorage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures that are decoded as they are drawn. */
class EncodedPicturesTest {
    private static final int EXAMPLES = 30;

    @TempDir
    Path folder;

    @BeforeEach
    void writePictures() throws IOException {
        ImageDataset set = new GeneratedShapes(1, EXAMPLES, 1).read(Split.TRAIN);
        for (int i = 0; i < EXAMPLES; i++) {
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 3 * 32 * 32; p++) {
                image.getRaster().setSample(p % 32, p / 32 % 32, p / 1024, set.pixel(i, p / 1024, p / 32 % 32, p % 32));
            }
            Path file = folder.resolve("c" + set.label(i) + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            ImageIO.write(image, "png", file.toFile());
        }
    }

    private Dataset open(Crop crop, int threads, boolean skips) throws IOException {
        FormatOptions options = FormatOptions.DEFAULT
                .withThreads(threads)
                .skippingUnreadable(skips)
                .withPictures(PictureOptions.DEFAULT.resizedTo(new Size(16, 16)).cropped(crop));
        DataSource source = new DataCatalog(new LocalStorage(), "nowhere", options).resolve(folder.toString());
        return source.drawn(Split.TRAIN, ExampleRange.all(source.examples(Split.TRAIN)));
    }

    /** The features of a step, of one rank. */
    private static float[] step(Dataset set, long step) {
        LoaderOptions options = LoaderOptions.of(set.normalization());
        try (var loader =
                BatchLoader.training(set, new Sampler(5, set.examples(), set.examples()), 0, 1, step, options)) {
            Batch batch = loader.next();
            float[] values = new float[batch.features().remaining() / Float.BYTES];
            batch.column(Batch.FEATURES).floats().get(values);
            return values;
        }
    }

    @Test
    void whicheverThreadDecodesABatchIsTheSameAndAnotherOneInEachEpoch() throws Exception {
        Crop crop = new Crop(0, 0.3);
        float[] alone = step(open(crop, 1, false), 2);
        assertThat(step(open(crop, 4, false), 2)).isEqualTo(alone);
        assertThat(step(open(crop, 4, false), 3)).isNotEqualTo(alone);
        assertThat(step(open(Crop.NONE, 4, false), 2)).isNotEqualTo(alone);
    }

    @Test
    void withoutRandomCropsPicturesAreThoseInMemory() throws Exception {
        Dataset inMemory = open(new Crop(20, 0), 2, false);
        Dataset drawn = open(new Crop(20, 0), 3, true);
        assertThat(inMemory).isInstanceOf(ImageDataset.class);
        assertThat(drawn).isInstanceOf(EncodedPictures.class);
        assertThat(drawn.normalization()).isEqualTo(inMemory.normalization());
        assertThat(step(drawn, 1)).isEqualTo(step(inMemory, 1));
    }

    /** What a setting mends is not left out. */
    @Test
    void sizesThatDifferAreRefusedAlsoWhereUnreadablePicturesAreSkipped() throws Exception {
        ImageIO.write(
                new BufferedImage(40, 32, BufferedImage.TYPE_INT_RGB),
                "png",
                folder.resolve("c1/wide.png").toFile());
        FormatOptions options = FormatOptions.DEFAULT.skippingUnreadable(true);
        DataSource source = new DataCatalog(new LocalStorage(), "nowhere", options).resolve(folder.toString());

        assertThatThrownBy(source::verify).hasMessageContaining("32x40").hasMessageContaining("image-size");
        Files.delete(folder.resolve("c1/wide.png"));
        source = new DataCatalog(new LocalStorage(), "nowhere", options).resolve(folder.toString());
        source.verify();
    }

    @Test
    void aPictureThatIsGoneStopsTheRunByItsNameOrIsLeftOut() throws Exception {
        Dataset stops = open(new Crop(0, 0.3), 2, false);
        Dataset skips = open(new Crop(0, 0.3), 2, true);
        LoaderOptions options = LoaderOptions.of(skips.normalization());
        for (int i = 0; i < 3; i++) { // of each class one is to test on
            Files.delete(folder.resolve("c3/" + (3 + 10 * i) + ".png"));
            Files.write(
                    folder.resolve("c7/" + (7 + 10 * i) + ".png"), new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff});
        }

        try (var loader = BatchLoader.training(stops, new Sampler(5, stops.examples(), 20), 0, 1, 0, options)) {
            assertThatThrownBy(loader::next)
                    .isInstanceOf(BatchLoadingException.class)
                    .hasMessageContaining("cannot read training or test data: ")
                    .hasMessageContaining(".png");
        }
        int examples = 0;
        List<String> told = new ArrayList<>();
        try (var loader = BatchLoader.training(
                skips, new Sampler(5, skips.examples(), 5), 0, 1, 0, options.skippingUnreadable(true))) {
            for (int step = 0; step < 4; step++) {
                examples += loader.next().size();
                loader.leftOut().stream().map(UnreadExample::why).forEach(told::add);
            }
        }
        assertThat(skips.examples()).isEqualTo(20);
        assertThat(examples).isEqualTo(16);
        assertThat(told)
                .hasSize(4)
                .allMatch(why -> why.contains(folder + "/c3/") || why.contains(folder + "/c7/"))
                .anyMatch(why -> why.contains("is a truncated JPEG"));
    }
}
