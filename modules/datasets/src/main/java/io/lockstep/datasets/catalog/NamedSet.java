package io.lockstep.datasets.catalog;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.datasets.text.GeneratedPairs;
import io.lockstep.datasets.text.Passages;
import io.lockstep.datasets.text.PassagesFormat;
import io.lockstep.datasets.text.TextFormat;
import java.io.IOException;
import java.util.List;

/**
 * A data set with a name: generated, or from files that {@code data fetch} brings into the data home.
 *
 * @param meaning a few words on what it is, for a list
 * @param published the set that {@code data fetch} knows it by, or that it is a part of; empty where it is generated
 * @param folder of the data home in which that set lies; empty where it is generated
 */
record NamedSet(String name, String meaning, String published, String folder, Opener opener) {
    private static final String TINY_SHAKESPEARE = "tinyshakespeare";

    /** In the order in which they are told. */
    static final List<NamedSet> ALL = List.of(
            generated(GeneratedShapes.NAME, "pictures of ten shapes, generated", texts -> new GeneratedShapes()),
            generated(GeneratedPairs.Task.REVERSE, "digits backwards, generated"),
            generated(GeneratedPairs.Task.SORT, "digits in order, generated"),
            published("cifar10", "pictures in colour, of ten classes", "cifar-10-batches-bin"),
            published("cifar100", "pictures in colour, of a hundred classes", "cifar-100-binary"),
            published("mnist", "handwritten digits", "mnist"),
            published("fashion-mnist", "pictures of clothes", "fashion-mnist"),
            published("kmnist", "handwritten Japanese letters", "kmnist"),
            new NamedSet(
                    TINY_SHAKESPEARE,
                    "a text",
                    TINY_SHAKESPEARE,
                    TINY_SHAKESPEARE,
                    (place, set) -> TextFormat.open(place.storage(), text(place), set.name, place.texts())),
            new NamedSet(
                    "shakespeare-plays",
                    "which play is a passage from?",
                    TINY_SHAKESPEARE,
                    TINY_SHAKESPEARE,
                    (place, set) -> PassagesFormat.open(
                            Passages.plays(
                                    place.storage(),
                                    text(place),
                                    set.name,
                                    place.texts().length()),
                            place.texts())));

    /** Where the files of a set would be, and how they become examples. */
    record Place(Storage storage, String folder, FormatOptions options) {
        TextOptions texts() {
            return options.texts();
        }
    }

    @FunctionalInterface
    interface Opener {
        /** @param place its folder is there, unless the set is generated */
        DataSource open(Place place, NamedSet set) throws IOException;
    }

    private interface Generator {
        DataSource generate(TextOptions texts) throws IOException;
    }

    private static NamedSet generated(String name, String meaning, Generator generator) {
        return new NamedSet(name, meaning, "", "", (place, set) -> generator.generate(place.texts()));
    }

    private static NamedSet generated(GeneratedPairs.Task task, String meaning) {
        return generated(task.dataName(), meaning, texts -> new GeneratedPairs(task, texts.length()));
    }

    /** A folder whose format tells the rest. */
    private static NamedSet published(String name, String meaning, String folder) {
        return new NamedSet(
                name,
                meaning,
                name,
                folder,
                (place, set) ->
                        DataCatalog.open(DataFolder.list(place.storage(), place.folder(), set.name, place.options())));
    }

    private static String text(Place place) {
        return Storage.join(place.folder(), TextFormat.FILE);
    }

    boolean isGenerated() {
        return folder.isEmpty();
    }
}
