package io.lockstep.datasets.images.folders;

import io.lockstep.datasets.DataSurvey;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.ImageSource;
import io.lockstep.datasets.pictures.PictureDecoder;
import io.lockstep.datasets.pictures.PictureException;
import io.lockstep.datasets.pictures.PictureFacts;
import io.lockstep.datasets.pictures.PictureOptions;
import io.lockstep.datasets.pictures.PictureOptions.Size;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Pictures by class, in files of their own. Opening them has listed all folders and looked at the first picture of each class;
 * reading decodes pictures on all threads that it may use into the bytes that {@link ImageDataset} holds.
 */
public final class PictureFolders implements ImageSource {
    private final Storage storage;
    private final String path;
    private final String name;
    private final FormatOptions options;
    private final List<String> classNames;
    private final Files files;
    private final ImageShape shape;

    /**
     * @param train in the order of the examples
     * @param test in the order of the examples
     * @param leftOut paths of files that are no pictures by their names
     * @param testFolder whether test pictures have a folder of their own
     */
    record Files(List<PictureFile> train, List<PictureFile> test, List<String> leftOut, boolean testFolder) {
        List<PictureFile> of(Split split) {
            return split == Split.TRAIN ? train : test;
        }
    }

    private PictureFolders(DataFolder folder, List<String> classNames, Files files, ImageShape shape) {
        storage = folder.storage();
        path = folder.path();
        name = folder.name();
        options = folder.options();
        this.classNames = classNames;
        this.files = files;
        this.shape = shape;
    }

    /** @throws MalformedDatasetException naming a first picture that is damaged */
    static PictureFolders open(DataFolder folder, List<String> classNames, Files files) throws IOException {
        PictureOptions options = folder.options().pictures();
        List<PictureFile> firstOnes = files.train().subList(0, classNames.size()); // one of each class
        int channels = options.channels();
        if (channels == 0) {
            channels = areGrey(folder.storage(), firstOnes) ? 1 : 3;
        }
        try {
            Size size = options.size();
            if (!size.isGiven()) {
                PictureFacts first = facts(folder.storage(), firstOnes.get(0));
                size = new Size(first.height(), first.width());
            }
            ImageShape shape = new ImageShape(channels, size.height(), size.width());
            return new PictureFolders(folder, classNames, files, shape);
        } catch (IllegalArgumentException e) {
            throw new MalformedDatasetException(firstOnes.get(0).path() + " holds " + e.getMessage(), e);
        }
    }

    private static boolean areGrey(Storage storage, List<PictureFile> files) throws IOException {
        for (PictureFile file : files) {
            if (!facts(storage, file).isGrey()) {
                return false;
            }
        }
        return true;
    }

    private static PictureFacts facts(Storage storage, PictureFile file) throws IOException {
        try {
            return PictureFacts.of(content(storage, file));
        } catch (PictureException e) {
            throw named(file, e);
        }
    }

    private static byte[] content(Storage storage, PictureFile file) throws IOException {
        try (InputStream in = storage.open(file.path())) {
            return in.readAllBytes();
        }
    }

    private static MalformedDatasetException named(PictureFile file, PictureException fault) {
        return new MalformedDatasetException(file.path() + " " + fault.getMessage(), fault);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String format() {
        return "folders of pictures by class";
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

    /** Whether there is a folder of test pictures; otherwise a share of each class is kept apart to test on. */
    public boolean hasTestPictures() {
        return files.testFolder();
    }

    @Override
    public ImageDataset read(Split split, ExampleRange range) throws IOException {
        List<PictureFile> read = files.of(split).subList(range.start(), range.end());
        byte[] pixels = ImageDataset.allocatePixels(name, shape, range.size());
        byte[] labels = new byte[range.size()];
        var decoder = new PictureDecoder(
                shape,
                options.pictures().background(),
                options.pictures().size().isGiven());
        ParallelFiles.each(read.size(), options.threads(), i -> {
            PictureFile file = read.get(i);
            labels[i] = (byte) file.label();
            try {
                byte[] content = content(storage, file);
                requireColours(PictureFacts.of(content));
                decoder.decode(content, pixels, i * shape.size());
            } catch (PictureException e) {
                throw named(file, e);
            }
        });
        return new ImageDataset(name, shape, classNames, pixels, labels);
    }

    /** Where nobody has said that all are to be grey. */
    private void requireColours(PictureFacts facts) throws PictureException {
        if (shape.channels() == 1 && options.pictures().channels() == 0 && !facts.isGrey()) {
            throw new PictureException(
                    "is in colour, and the first picture of each class is grey: set image-channels = 3 to make all"
                            + " coloured, or 1 to make all grey");
        }
    }

    @Override
    public void verify() throws IOException {
        examine().requireSound();
    }

    @Override
    public DataSurvey survey() throws IOException {
        PictureSurvey found = examine();
        return new DataSurvey(found.lines(), found.isSound(), trainClassCounts(), classCounts(files.test()));
    }

    private int[] classCounts(List<PictureFile> counted) {
        int[] counts = new int[classNames.size()];
        counted.forEach(file -> counts[file.label()]++);
        return counts;
    }

    private PictureSurvey examine() throws IOException {
        var survey = new PictureSurvey(path, files, options.pictures().size().isGiven());
        for (Split split : Split.values()) {
            List<PictureFile> all = files.of(split);
            ParallelFiles.each(all.size(), options.threads(), i -> {
                PictureFile file = all.get(i);
                try {
                    PictureFacts facts = PictureFacts.of(content(storage, file));
                    requireColours(facts);
                    survey.add(file, facts);
                } catch (PictureException e) {
                    survey.fault(file, e);
                }
            });
        }
        return survey;
    }
}
