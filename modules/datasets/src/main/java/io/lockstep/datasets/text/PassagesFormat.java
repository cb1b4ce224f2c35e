package io.lockstep.datasets.text;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FoundSet;
import io.lockstep.datasets.storage.FileNames;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A folder of two or more texts to tell apart, {@code CLASS.txt}, and nothing foreign beside them: {@link Passages}. */
public final class PassagesFormat implements DataFormat {
    @Override
    public String whatIsRead() {
        return "two or more texts to tell apart, CLASS" + TextFormat.SUFFIX;
    }

    @Override
    public List<FoundSet> find(DataFolder folder) {
        List<String> texts = Passages.texts(folder.files());
        if (texts.size() < 2 || !Passages.foreign(folder.files()).isEmpty()) {
            return List.of();
        }
        return List.of(FoundSet.ofFolder(
                "texts to tell apart, " + FileNames.shortened(texts),
                () -> open(
                        Passages.open(
                                folder.storage(),
                                folder.path(),
                                folder.name(),
                                texts,
                                folder.texts().length()),
                        folder.texts())));
    }

    @Override
    public Optional<String> nearMiss(DataFolder folder) {
        List<String> texts = Passages.texts(folder.files());
        return texts.size() < 2
                ? Optional.empty()
                : Optional.of("beside its texts, " + FileNames.shortened(texts)
                        + ", it has what belongs to none of them, "
                        + FileNames.shortened(Passages.foreign(folder.files()))
                        + ": move that away, or begin its name with _");
    }

    /** Of the passages, or of the same texts with some of their bytes hidden. */
    public static DataSource open(Passages passages, TextOptions texts) throws IOException {
        return texts.masked() ? MaskedText.of(passages, texts.length()) : passages;
    }
}
