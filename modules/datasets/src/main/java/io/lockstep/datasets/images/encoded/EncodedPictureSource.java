package io.lockstep.datasets.images.encoded;

import io.lockstep.datasets.DataSurvey;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.ImageSource;
import io.lockstep.datasets.pictures.PictureDecoder;
import io.lockstep.datasets.pictures.PictureException;
import io.lockstep.datasets.pictures.PictureFacts;
import io.lockstep.datasets.pictures.PictureOptions;
import io.lockstep.datasets.pictures.PictureOptions.Size;
import java.io.IOException;
import java.util.List;

/**
 * Pictures by class, in files. Opening them has looked at the first picture of each class; reading decodes pictures on all
 * threads that it may use into the bytes that {@link ImageDataset} holds, and {@link #drawn} may leave that to the draw.
 */
public final class EncodedPictureSource implements ImageSource {
    /** Whose labels a byte holds. */
    private static final int MOST_CLASSES_IN_MEMORY = 256;

    private final Origin origin;
    private final FormatOptions options;
    private final List<String> classNames;
    private final Files files;
    private final ImageShape shape;

    /**
     * Whence a set is, for people.
     *
     * @param path of the folder or the files
     * @param name of the set
     * @param format of it
     */
    public record Origin(String path, String name, String format) {}

    /**
     * @param train in the order of the examples
     * @param test in the order of the examples
     * @param leftOut paths of files that are no pictures by their names
     * @param ownTest whether test pictures are such by where they lie, and no share of the training pictures
     */
    public record Files(
            List<? extends EncodedPicture> train,
            List<? extends EncodedPicture> test,
            List<String> leftOut,
            boolean ownTest) {
        List<? extends EncodedPicture> of(Split split) {
            return split == Split.TRAIN ? train : test;
        }
    }

    private EncodedPictureSource(
            Origin origin, FormatOptions options, List<String> classNames, Files files, ImageShape shape) {
        this.origin = origin;
        this.options = options;
        this.classNames = List.copyOf(classNames);
        this.files = files;
        this.shape = shape;
    }

    /**
     * Looks at the first pictures.
     *
     * @param firstOnes one of each class, as far as there are any; at least one
     * @throws MalformedDatasetException naming a first picture that is damaged
     */
    public static EncodedPictureSource open(
            Origin origin,
            FormatOptions formats,
            List<String> classNames,
            Files files,
            List<? extends EncodedPicture> firstOnes)
            throws IOException {
        PictureOptions options = formats.pictures();
        int channels = options.channels();
        if (channels == 0) {
            channels = areGrey(firstOnes) ? 1 : 3;
        }
        try {
            Size size = options.size();
            if (!size.isGiven()) {
                PictureFacts first = facts(firstOnes.get(0));
                size = new Size(first.height(), first.width());
            }
            ImageShape shape = new ImageShape(channels, size.height(), size.width());
            return new EncodedPictureSource(origin, formats, classNames, files, shape);
        } catch (IllegalArgumentException e) {
            throw new MalformedDatasetException(firstOnes.get(0).path() + " holds " + e.getMessage(), e);
        }
    }

    private static boolean areGrey(List<? extends EncodedPicture> files) throws IOException {
        for (EncodedPicture file : files) {
            if (!facts(file).isGrey()) {
                return false;
            }
        }
        return true;
    }

    private static PictureFacts facts(EncodedPicture file) throws IOException {
        try {
            return PictureFacts.of(file.content());
        } catch (PictureException e) {
            throw named(file, e);
        }
    }

    private static MalformedDatasetException named(EncodedPicture file, PictureException fault) {
        return new MalformedDatasetException(file.path() + " " + fault.getMessage(), fault);
    }

    @Override
    public String name() {
        return origin.name();
    }

    @Override
    public String format() {
        return origin.format();
    }

    @Override
    public ImageShape shape() {
        return shape;
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int examples(Split split) {
        return files.of(split).size();
    }

    @Override
    public int[] trainClassCounts() {
        return classCounts(files.train());
    }

    /** Whether test pictures are such by where they lie; otherwise a share is kept apart to test on. */
    public boolean hasTestPictures() {
        return files.ownTest();
    }

    /** Where each draw is another part of a picture, or one that cannot be read is left out, decoding is left to the draw. */
    @Override
    public Dataset drawn(Split split, ExampleRange range) throws IOException {
        boolean later = options.pictures().crop().isRandom()
                || options.skipsUnreadable()
                || classNames.size() > MOST_CLASSES_IN_MEMORY;
        return later
                ? new EncodedPictures(this, files.of(split).subList(range.start(), range.end()), options)
                : read(split, range);
    }

    @Override
    public ImageDataset read(Split split, ExampleRange range) throws IOException {
        List<? extends EncodedPicture> read = files.of(split).subList(range.start(), range.end());
        if (classNames.size() > MOST_CLASSES_IN_MEMORY) {
            throw new MalformedDatasetException(origin.path() + " has " + classNames.size() + " classes; "
                    + MOST_CLASSES_IN_MEMORY + " are the most that can be held in memory, or written as one file");
        }
        byte[] pixels = ImageDataset.allocatePixels(name(), shape, range.size());
        byte[] labels = new byte[range.size()];
        PictureDecoder decoder = decoder();
        ParallelFiles.each(read.size(), options.threads(), i -> {
            EncodedPicture file = read.get(i);
            labels[i] = (byte) file.label();
            try {
                byte[] content = file.content();
                requireColours(PictureFacts.of(content));
                decoder.decode(content, pixels, i * shape.size());
            } catch (PictureException e) {
                throw named(file, e);
            }
        });
        return new ImageDataset(name(), shape, classNames, pixels, labels);
    }

    PictureDecoder decoder() {
        PictureOptions pictures = options.pictures();
        return new PictureDecoder(
                shape,
                pictures.background(),
                pictures.size().isGiven(),
                pictures.crop().shorterSide());
    }

    /** Where nobody has said that all are to be grey. */
    void requireColours(PictureFacts facts) throws PictureException {
        if (mayLackColours() && !facts.isGrey()) {
            throw new PictureException(
                    "is in colour, and the first picture of each class is grey: set image-channels = 3 to make all"
                            + " coloured, or 1 to make all grey");
        }
    }

    private boolean mayLackColours() {
        return shape.channels() == 1 && options.pictures().channels() == 0;
    }

    /** Where what cannot be read is left out, nobody need know it before; but what a setting would mend is not unreadable. */
    @Override
    public void verify() throws IOException {
        boolean needsSetting = !options.pictures().size().isGiven() || mayLackColours();
        if (!options.skipsUnreadable()) {
            examine().requireSound();
        } else if (needsSetting) {
            examine().requireAlike();
        }
    }

    @Override
    public DataSurvey survey() throws IOException {
        PictureSurvey found = examine();
        return new DataSurvey(found.lines(), found.isSound(), trainClassCounts(), classCounts(files.test()));
    }

    int[] classCounts(List<? extends EncodedPicture> counted) {
        int[] counts = new int[classNames.size()];
        counted.forEach(file -> counts[file.label()]++);
        return counts;
    }

    private PictureSurvey examine() throws IOException {
        var survey = new PictureSurvey(
                origin.path(), files.leftOut(), options.pictures().size().isGiven());
        for (Split split : Split.values()) {
            List<? extends EncodedPicture> all = files.of(split);
            ParallelFiles.each(all.size(), options.threads(), i -> {
                EncodedPicture file = all.get(i);
                PictureFacts facts;
                try {
                    facts = PictureFacts.of(file.content());
                } catch (PictureException e) {
                    survey.fault(file, e);
                    return;
                }
                survey.add(file, facts);
                try {
                    requireColours(facts);
                } catch (PictureException e) {
                    survey.otherColours(file, e);
                }
            });
        }
        return survey;
    }
}
