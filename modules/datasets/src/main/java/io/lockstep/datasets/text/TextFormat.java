package io.lockstep.datasets.text;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FoundSet;
import io.lockstep.datasets.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A text in UTF-8: a file whose name ends in {@code .txt}, or {@code input.txt} in a folder. {@link TextOptions} say whether
 * {@link TextFile} or {@link MaskedText} is made of it.
 */
public final class TextFormat implements DataFormat {
    static final String SUFFIX = ".txt";
    /** What a folder's text is called. */
    public static final String FILE = "input.txt";

    @Override
    public String whatIsRead() {
        return "a text, " + FILE + " (a text file of another name is named itself, and ends in " + SUFFIX + ")";
    }

    @Override
    public List<FoundSet> find(DataFolder folder) {
        if (!folder.has(FILE)) {
            return List.of();
        }
        String path = folder.file(FILE);
        return List.of(FoundSet.named(
                "a text, " + FILE,
                "the text",
                path,
                () -> open(folder.storage(), path, folder.name(), folder.texts())));
    }

    @Override
    public Optional<SingleFile> singleFile() {
        return Optional.of(new SingleFile(
                "a text file", SUFFIX, (storage, file, name, options) -> open(storage, file, name, options.texts())));
    }

    public static DataSource open(Storage storage, String file, String name, TextOptions texts) throws IOException {
        try {
            return texts.masked()
                    ? MaskedText.open(storage, file, name, texts.length())
                    : TextFile.open(storage, file, name, texts.length());
        } catch (FileNotFoundException e) {
            throw new DatasetNotFoundException(file + ": no such file", e);
        }
    }
}
