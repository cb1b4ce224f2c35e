package io.lockstep.runs.settings;

import io.lockstep.datasets.pictures.Background;
import io.lockstep.datasets.pictures.PictureOptions;
import io.lockstep.datasets.pictures.PictureOptions.Crop;
import io.lockstep.datasets.pictures.PictureOptions.Size;
import io.lockstep.training.settings.Parsers;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a folder of pictures by class becomes examples. */
public final class PictureSettings {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    static final SettingGroup GROUP = new SettingGroup("Folders of pictures by class");

    public static final Setting<Size> IMAGE_SIZE = GROUP.add(
            "image-size",
            "",
            "Resize every picture to HEIGHTxWIDTH pixels, such as 224x224, by bilinear interpolation with "
                    + "antialiasing, as torchvision's Resize does. Empty: take pictures as they are, which must then be of "
                    + "one size.",
            PictureSettings::size,
            Heeded.where(Rules.folderOfPictures()));
    public static final Setting<Integer> IMAGE_SHORTER_SIDE = GROUP.add(
            "image-shorter-side",
            "0",
            "Resize each picture so that its shorter side has N pixels, and cut image-size out of its middle: 256 for an "
                    + "image-size of 224x224 is usual. 0: resize all of it to image-size, whatever its sides.",
            Parsers.int32(0, 1 << 14),
            Heeded.where(Rules.folderOfPictures()));
    public static final Setting<Double> RANDOM_RESIZED_CROP = GROUP.add(
            "random-resized-crop",
            "0",
            "Augmentation: resize another part of a training picture to image-size each time, at a random place, of at "
                    + "least this share of its area and with sides in a ratio from 3/4 to 4/3, as torchvision's "
                    + "RandomResizedCrop does. 0.08 is usual for ImageNet. Pictures are decoded as they are drawn, and "
                    + "normalised by 1,024 of them. 0: off.",
            Parsers.number(0, 1),
            Heeded.ALWAYS
                    .notByMasters("they hold all examples before they begin")
                    .and(Rules.folderOfPictures()));
    public static final Setting<Integer> IMAGE_CHANNELS = GROUP.add(
            "image-channels",
            "auto",
            "1 makes all pictures grey, 3 makes them coloured. auto: grey if the first picture of every class is, and "
                    + "coloured otherwise.",
            Parsers.word("auto", "1", "3").andThen(word -> word.equals("auto") ? 0 : Integer.parseInt(word)),
            Heeded.where(Rules.folderOfPictures()));
    public static final Setting<Background> IMAGE_BACKGROUND = GROUP.add(
            "image-background",
            "unknown",
            "What is behind transparent pixels: black or white. unknown: a picture with transparent pixels is refused.",
            Parsers.constant(Background.class),
            Heeded.where(Rules.folderOfPictures()));
    public static final Setting<Double> TEST_SHARE = GROUP.add(
            "test-share",
            "0.1",
            "The share of each class, or of a table's rows, that is kept apart to test on, where the folder has no test "
                    + "pictures of its own, or the table no test-data.",
            Parsers.number(0.001, 0.999),
            Heeded.where(Rules.testSharesOfPictures()));
    public static final Setting<Long> TEST_SEED = GROUP.add(
            "test-seed",
            "0",
            "Another number keeps other examples apart. The run's own seed does not, so that runs that differ in it are "
                    + "tested on the same ones.",
            Parsers.integer(Long.MIN_VALUE, Long.MAX_VALUE),
            Heeded.where(Rules.testSharesOfPictures()));

    private PictureSettings() {}

    private static Size size(String text) {
        if (text.isEmpty()) {
            return Size.AS_IT_IS;
        }
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not HEIGHTxWIDTH, such as 224x224");
        }
        Size size = new Size(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        if (!size.isGiven()) {
            throw new IllegalArgumentException("must be at least 1x1");
        }
        return size;
    }

    /** All of them. */
    public static PictureOptions options(Configuration configuration) {
        Size size = configuration.get(IMAGE_SIZE);
        int shorter = configuration.get(IMAGE_SHORTER_SIDE);
        double share = configuration.get(RANDOM_RESIZED_CROP);
        if (!size.isGiven() && (shorter > 0 || share > 0)) {
            throw new UsageException((share > 0 ? RANDOM_RESIZED_CROP : IMAGE_SHORTER_SIDE).name()
                    + " makes pictures of image-size, which is not set: set it too, to 224x224 for instance");
        }
        if (shorter > 0 && shorter < Math.max(size.height(), size.width())) {
            throw new UsageException("image-shorter-side = " + shorter + " is less than a side of image-size = " + size
                    + ", which is cut out of it");
        }
        return new PictureOptions(
                size,
                configuration.get(IMAGE_CHANNELS),
                configuration.get(IMAGE_BACKGROUND),
                configuration.get(TEST_SHARE),
                configuration.get(TEST_SEED),
                new Crop(shorter, share));
    }
}
