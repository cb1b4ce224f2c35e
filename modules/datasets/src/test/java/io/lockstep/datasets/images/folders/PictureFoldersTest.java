package io.lockstep.datasets.images.folders;

import static io.lockstep.datasets.images.folders.Pngs.plain;
import static io.lockstep.datasets.images.folders.Pngs.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.ImageSource;
import io.lockstep.datasets.pictures.Background;
import io.lockstep.datasets.pictures.PictureOptions;
import io.lockstep.datasets.pictures.PictureOptions.Size;
import io.lockstep.datasets.storage.LocalStorage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureFoldersTest {
    @TempDir
    Path folder;

    private ImageSource open() throws IOException {
        return open(FormatOptions.DEFAULT);
    }

    private ImageSource open(FormatOptions options) throws IOException {
        return (ImageSource) new DataCatalog(new LocalStorage(), "nowhere", options).resolve(folder.toString());
    }

    private ImageSource open(PictureOptions options) throws IOException {
        return open(FormatOptions.DEFAULT.withPictures(options));
    }

    private static byte[] pixels(ImageDataset set, int example) {
        byte[] pixels = new byte[set.shape().size()];
        set.copyPixels(example, pixels, 0);
        return pixels;
    }

    /** Two classes of so many pictures each. */
    private void writeClasses(String below, int cats, int dogs) throws IOException {
        for (int i = 0; i < Math.max(cats, dogs); i++) {
            if (i < cats) {
                write(folder.resolve(below + "cat/" + i + ".png"), plain(4, 6, false));
            }
            if (i < dogs) {
                write(folder.resolve(below + "dog/" + i + ".png"), plain(4, 6, false));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void picturesAreReadToTheBitInTheOrderOfTheirNamesClassByClassInTurn(int threads) throws Exception {
        var shapes = new GeneratedShapes(5, 100, 30);
        Pngs.write(folder, shapes);
        ImageSource source = open(FormatOptions.DEFAULT.withThreads(threads));

        assertThat(source.shape()).isEqualTo(shapes.shape());
        assertThat(source.classNames())
                .isEqualTo(shapes.classNames().stream().sorted().toList());
        for (Split split : Split.values()) {
            ImageDataset written = shapes.read(split);
            ImageDataset read = source.read(split);
            List<Integer> expected = inTurn(written, source.classNames());
            assertThat(read.examples()).isEqualTo(written.examples());
            for (int i = 0; i < read.examples(); i++) {
                assertThat(pixels(read, i)).isEqualTo(pixels(written, expected.get(i)));
                assertThat(source.classNames().get(read.label(i)))
                        .isEqualTo(written.classNames().get(written.label(expected.get(i))));
            }
        }
        source.verify();
    }

    /** The first of each class, then the second of each. */
    private static List<Integer> inTurn(ImageDataset set, List<String> classes) {
        Map<Integer, Integer> turns = new HashMap<>();
        int[] seen = new int[classes.size()];
        for (int i = 0; i < set.examples(); i++) {
            int label = classes.indexOf(set.classNames().get(set.label(i)));
            turns.put(i, seen[label]++ * classes.size() + label);
        }
        return IntStream.range(0, set.examples())
                .boxed()
                .sorted(Comparator.comparing(turns::get))
                .toList();
    }

    @Test
    void withoutTestPicturesAShareOfEachClassIsKeptApart() throws Exception {
        writeClasses("", 20, 10);
        ImageSource source = open();
        assertThat(source.read(Split.TRAIN).classCounts()).containsExactly(18, 9);
        assertThat(source.read(Split.TEST).classCounts()).containsExactly(2, 1);
        assertThat(open(PictureOptions.DEFAULT.withTest(0.25, 0))
                        .read(Split.TEST)
                        .classCounts())
                .containsExactly(5, 3);
    }

    @Test
    void whichOnesAreKeptApartDependsOnTheirNamesAndTheSeedAlone() throws Exception {
        for (int i = 0; i < 40; i++) {
            byte[] png = plain(1, 1 + i, true); // told apart by their width
            write(folder.resolve("train/cat/" + i + ".png"), png);
        }
        Files.createDirectory(folder.resolve("_tmp"));
        ClassFolders all =
                ClassFolders.list(new LocalStorage(), folder.resolve("train").toString());
        TestShare share = TestShare.of(all, 0.2, 3);
        assertThat(share.test().get(0)).hasSize(8);
        List<String> both = new ArrayList<>(share.training().get(0));
        both.addAll(share.test().get(0));
        assertThat(both).containsExactlyInAnyOrderElementsOf(all.pictures().get("cat"));
        assertThat(TestShare.of(all, 0.2, 3)).isEqualTo(share);
        assertThat(TestShare.of(all, 0.2, 4)).isNotEqualTo(share);
        write(folder.resolve("train/cat/another.png"), plain(1, 1, true));
        ClassFolders more =
                ClassFolders.list(new LocalStorage(), folder.resolve("train").toString());
        assertThat(TestShare.of(more, 0.2, 3).test().get(0))
                .contains(lastOf(share.test().get(0)));
        assertThat(TestShare.of(more, 0.2, 3).test().get(0).stream()
                        .filter(share.test().get(0)::contains))
                .hasSizeGreaterThanOrEqualTo(7);
    }

    private static String lastOf(List<String> names) {
        return names.get(0);
    }

    @Test
    void aClassOfOneExampleIsTrainedOn() throws Exception {
        writeClasses("", 1, 10);
        assertThat(open().read(Split.TRAIN).classCounts()).containsExactly(1, 9);
        assertThat(open().read(Split.TEST).classCounts()).containsExactly(0, 1);
    }

    @Test
    void whatBeginsWithADotOrAnUnderscoreAndFilesOfOtherKindsAreNoData() throws Exception {
        writeClasses("train/", 2, 2);
        writeClasses("val/", 1, 1);
        for (String name : List.of(
                "train/._cat",
                "_SUCCESS",
                "train/_SUCCESS",
                "train/cat/._0.png",
                "train/cat/.DS_Store",
                "train/cat/a.txt")) {
            write(folder.resolve(name), "no picture".getBytes(StandardCharsets.UTF_8));
        }
        ImageSource source = open();
        source.verify();
        assertThat(source.read(Split.TRAIN).classCounts()).containsExactly(2, 2);
        assertThat(source.read(Split.TEST).classCounts()).containsExactly(1, 1);
    }

    @Test
    void foldersWithinAClassAreItsToo() throws Exception {
        writeClasses("train/", 1, 1);
        write(folder.resolve("train/cat/images/b.png"), plain(4, 6, false));
        assertThat(open().read(Split.TRAIN).classCounts()[0]
                        + open().read(Split.TEST).classCounts()[0])
                .isEqualTo(2);
    }

    @Test
    void aFilesContentDecidesAndNotItsEnding() throws Exception {
        writeClasses("train/", 2, 2);
        writeClasses("test/", 1, 1);
        Files.move(folder.resolve("train/cat/0.png"), folder.resolve("train/cat/0.JPG"));
        open().verify();
        assertThat(open().read(Split.TRAIN).classCounts()).containsExactly(2, 2);
        write(folder.resolve("train/cat/1.png"), "GIF89a".getBytes(StandardCharsets.US_ASCII));
        refuses(folder + "/train/cat/1.png is neither PNG nor JPEG, but a GIF");
    }

    /** When it is verified, and when it is read. */
    private void refuses(String... named) throws IOException {
        refuses(PictureOptions.DEFAULT, named);
    }

    private void refuses(PictureOptions options, String... named) throws IOException {
        ImageSource source = open(options);
        assertThatThrownBy(source::verify)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContainingAll(named);
        assertThatThrownBy(() -> source.read(Split.TRAIN)).isInstanceOf(MalformedDatasetException.class);
    }

    @Test
    void aTruncatedJpegAndAnEmptyFileAreNamed() throws Exception {
        writeClasses("train/", 3, 3);
        writeClasses("test/", 1, 1);
        byte[] jpeg = Pngs.encoded(Pngs.image(new GeneratedShapes(1, 1, 1).read(Split.TRAIN), 0), "jpeg");
        write(folder.resolve("train/dog/1.jpg"), Arrays.copyOf(jpeg, jpeg.length * 3 / 4));
        refuses(folder + "/train/dog/1.jpg is a truncated JPEG: its samples break off");
        write(folder.resolve("train/dog/1.jpg"), new byte[0]);
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining(folder + "/train/dog/1.jpg is an empty file");
    }

    @Test
    void sizesThatDifferAreCountedAndResizedIfAskedFor() throws Exception {
        writeClasses("train/", 3, 3);
        writeClasses("test/", 1, 1);
        write(folder.resolve("train/dog/9.png"), plain(8, 6, false));
        refuses("pictures of 2 sizes: 8 of 4x6, 1 of 8x6 (" + folder + "/train/dog/9.png first)", "image-size");
        ImageSource resized = open(PictureOptions.DEFAULT.resizedTo(new Size(5, 7)));
        resized.verify();
        assertThat(resized.shape()).isEqualTo(new ImageShape(3, 5, 7));
        assertThat(resized.read(Split.TRAIN).examples()).isEqualTo(7);
    }

    @Test
    void greyPicturesHaveOneChannelUnlessThreeAreAskedFor() throws Exception {
        for (String name : List.of("train/a/0.png", "train/a/1.png", "train/b/0.png", "test/a/0.png", "test/b/0.png")) {
            write(folder.resolve(name), plain(2, 2, true));
        }
        assertThat(open().shape()).isEqualTo(new ImageShape(1, 2, 2));
        assertThat(open(PictureOptions.DEFAULT.withChannels(3))
                        .read(Split.TRAIN)
                        .shape())
                .isEqualTo(new ImageShape(3, 2, 2));
        write(folder.resolve("train/a/1.png"), plain(2, 2, false));
        refuses(folder + "/train/a/1.png is in colour", "image-channels = 3");
        open(PictureOptions.DEFAULT.withChannels(1)).verify();
        write(folder.resolve("train/b/0.png"), plain(2, 2, false)); // a class's first
        assertThat(open().shape()).isEqualTo(new ImageShape(3, 2, 2));
    }

    @Test
    void transparentPixelsWantABackground() throws Exception {
        byte[] transparent = Pngs.encoded(new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB), "png");
        for (String name : List.of("train/a/0.png", "train/b/0.png", "test/a/0.png", "test/b/0.png")) {
            write(folder.resolve(name), transparent);
        }
        assertThatThrownBy(() -> open().read(Split.TRAIN)).hasMessageContainingAll("train/a/0.png", "image-background");
        ImageDataset white =
                open(PictureOptions.DEFAULT.withBackground(Background.WHITE)).read(Split.TRAIN);
        assertThat(pixels(white, 0)).containsOnly(-1);
    }

    @Test
    void classesWithoutPicturesAndClassesOfOneSplitAloneAreNamed() throws Exception {
        writeClasses("train/", 2, 2);
        writeClasses("test/", 1, 0);
        assertThatThrownBy(this::open).hasMessageContaining(folder + "/test has no folder of the class dog");
        Files.createDirectory(folder.resolve("test/dog"));
        assertThat(open().read(Split.TEST).classCounts()).containsExactly(1, 0);
        Files.createDirectory(folder.resolve("train/cow"));
        assertThatThrownBy(this::open).hasMessageContaining(folder + "/train/cow has no pictures");
        Files.delete(folder.resolve("train/cow"));
        write(folder.resolve("test/cow/0.png"), plain(4, 6, false));
        assertThatThrownBy(this::open).hasMessageContaining(folder + "/test/cow is of a class that");
    }

    @Test
    void picturesThatAreInNoFolderOfAClassAreToldSo() throws Exception {
        write(folder.resolve("train/0.png"), plain(4, 6, false));
        write(folder.resolve("test/0.png"), plain(4, 6, false));
        assertThatThrownBy(this::open).hasMessageContaining("/test has pictures and no folders of classes");
        Path flat = Files.createDirectory(folder.resolve("flat"));
        write(flat.resolve("0.png"), plain(4, 6, false));
        assertThatThrownBy(() -> new DataCatalog(new LocalStorage(), "nowhere").resolve(flat.toString()))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessageContaining("it has pictures, 0.png first, and no folders of classes");
    }

    @Test
    void illustrationsBesideATextAreNoClass() throws Exception {
        write(
                folder.resolve("input.txt"),
                "a text with illustrations".repeat(200).getBytes(StandardCharsets.UTF_8));
        write(folder.resolve("figures/0.png"), plain(4, 6, false));
        assertThat(new DataCatalog(new LocalStorage(), "nowhere")
                        .resolve(folder.toString())
                        .format())
                .startsWith("text");
        write(folder.resolve("other/0.png"), plain(4, 6, false));
        assertThatThrownBy(this::open)
                .hasMessageContaining("holds more than one data set: folders of pictures by class");
    }

    @Test
    void aClassMayBeCalledTrain() throws Exception {
        write(folder.resolve("train/0.png"), plain(4, 6, false));
        write(folder.resolve("ship/0.png"), plain(4, 6, false));
        assertThat(open().classNames()).containsExactly("ship", "train");
    }
}
