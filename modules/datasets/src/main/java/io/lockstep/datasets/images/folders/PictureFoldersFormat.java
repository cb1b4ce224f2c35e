package io.lockstep.datasets.images.folders;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FoundSet;
import io.lockstep.datasets.images.encoded.EncodedPictureSource;
import io.lockstep.datasets.images.encoded.EncodedPictureSource.Files;
import io.lockstep.datasets.images.encoded.EncodedPictureSource.Origin;
import io.lockstep.datasets.pictures.PictureOptions;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * PNG and JPEG files in folders that are named after their classes, as torchvision's ImageFolder and Keras'
 * image_dataset_from_directory have them:
 *
 * <pre>
 *   train/CLASS/...   and test/CLASS/..., which may be called val, valid or validation too; or
 *   train/CLASS/...   alone, or
 *   CLASS/...         alone: a share of each class is kept apart to test on
 * </pre>
 *
 * <p>Classes are numbered in the order of their names. Example 0 is the first picture, by name, of the first class, example 1
 * that of the second, and so on, then come the second ones: the folder alone tells which example is which, and the first so many
 * examples are of all classes.
 */
public final class PictureFoldersFormat implements DataFormat {
    private static final String TRAIN = "train";
    /** In the order in which they are looked for. */
    private static final List<String> TEST = List.of("test", "val", "valid", "validation");

    /** Of folders in which it is looked for pictures to tell the format: CLASS, and CLASS/images as some sets have it. */
    private static final int DEPTH = 2;

    @Override
    public String whatIsRead() {
        return "PNG and JPEG files in folders by class, train/CLASS and test/CLASS or only CLASS";
    }

    @Override
    public List<FoundSet> find(DataFolder folder) throws IOException {
        if (!isSplit(folder) && !hasClasses(folder)) {
            return List.of();
        }
        return List.of(FoundSet.ofFolder("folders of pictures by class", () -> open(folder)));
    }

    @Override
    public Optional<String> nearMiss(DataFolder folder) {
        return folder.files().values().stream()
                .filter(ClassFolders::isPicture)
                .findFirst()
                .map(
                        picture -> "it has pictures, " + picture.name()
                                + " first, and no folders of classes: put the pictures of each class in a folder named after it");
    }

    /** Whether what is trained on is apart. A class may be called train too, and then has pictures and no folders. */
    private static boolean isSplit(DataFolder folder) throws IOException {
        if (!folder.has(TRAIN) || !folder.files().get(TRAIN).isFolder()) {
            return false;
        }
        boolean folders = folder.storage().list(folder.file(TRAIN)).stream()
                .anyMatch(entry -> entry.isFolder() && !Storage.isHidden(entry.name()));
        return folders && ClassFolders.hasPictures(folder.storage(), folder.file(TRAIN), 1 + DEPTH);
    }

    /** One folder of pictures beside files is no class: a text has its illustrations there, a run its plots. */
    private static boolean hasClasses(DataFolder folder) throws IOException {
        boolean alone = folder.files().values().stream().allMatch(Storage.Entry::isFolder);
        int classes = 0;
        for (Storage.Entry entry : folder.files().values()) {
            if (entry.isFolder() && ClassFolders.hasPictures(folder.storage(), folder.file(entry.name()), DEPTH)) {
                classes++;
            }
            if (classes == 2 || classes == 1 && alone) {
                return true;
            }
        }
        return false;
    }

    private static DataSource open(DataFolder folder) throws IOException {
        boolean split = isSplit(folder);
        if (!split) {
            requireNoFlatSplit(folder);
        }
        ClassFolders training = ClassFolders.list(folder.storage(), split ? folder.file(TRAIN) : folder.path());
        training.requirePictures();
        Optional<String> test =
                split ? TEST.stream().filter(name -> isFolder(folder, name)).findFirst() : Optional.empty();
        List<String> leftOut = new ArrayList<>(training.leftOut());
        if (test.isEmpty()) {
            PictureOptions options = folder.options().pictures();
            TestShare share = TestShare.of(training, options.testShare(), options.testSeed());
            Files files = new Files(
                    ClassFolders.inTurn(folder.storage(), share.training()),
                    ClassFolders.inTurn(folder.storage(), share.test()),
                    leftOut,
                    false);
            return pictures(folder, training, files);
        }
        ClassFolders testing = ClassFolders.list(folder.storage(), folder.file(test.get()));
        requireSameClasses(training, testing);
        leftOut.addAll(testing.leftOut());
        List<FolderPicture> all = training.inTurn(folder.storage());
        return pictures(folder, training, new Files(all, testing.inTurn(folder.storage()), leftOut, true));
    }

    private static DataSource pictures(DataFolder folder, ClassFolders training, Files files) throws IOException {
        return EncodedPictureSource.open(
                new Origin(folder.path(), folder.name(), "folders of pictures by class"),
                folder.options(),
                training.classes(),
                files,
                files.train().subList(0, training.classes().size())); // one of each class
    }

    private static boolean isFolder(DataFolder folder, String name) {
        return folder.has(name) && folder.files().get(name).isFolder();
    }

    /** Otherwise a network would learn to tell training pictures from test pictures. */
    private static void requireNoFlatSplit(DataFolder folder) throws MalformedDatasetException {
        List<String> classes = folder.files().values().stream()
                .filter(Storage.Entry::isFolder)
                .map(Storage.Entry::name)
                .toList();
        if (classes.stream().allMatch(name -> name.equals(TRAIN) || TEST.contains(name))) {
            throw new MalformedDatasetException(
                    folder.file(classes.get(0))
                            + " has pictures and no folders of classes: put the pictures of each class in a folder named after it");
        }
    }

    private static void requireSameClasses(ClassFolders training, ClassFolders testing)
            throws MalformedDatasetException {
        for (String name : training.classes()) {
            if (!testing.pictures().containsKey(name)) {
                throw new MalformedDatasetException(
                        testing.path() + " has no folder of the class " + name + ", which " + training.path()
                                + " has; add it, even if it is empty, as there may be no test pictures of a class");
            }
        }
        for (String name : testing.classes()) {
            if (!training.pictures().containsKey(name)) {
                throw new MalformedDatasetException(
                        testing.folderOf(name) + " is of a class that " + training.path()
                                + " has no folder of, so that no network can learn it; add one, or begin the folder's name with _");
            }
        }
    }
}
