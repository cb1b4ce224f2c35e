package io.lockstep.datasets.images.archives;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.formats.FoundSet;
import io.lockstep.datasets.images.encoded.EncodedPictureSource.Origin;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.datasets.storage.TarReader;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * WebDataset's tars: files of one name but for their endings, one after the other, are a sample.
 *
 * <pre>
 *   n01440764/000017.jpg   the picture, .jpg, .jpeg or .png
 *   n01440764/000017.cls   its class: a whole number from 0, or a name
 *   n01440764/000017.json  or the same in a field label, cls or class
 * </pre>
 */
public final class WebDatasetFormat implements DataFormat {
    private static final String ENDING = ".tar";
    private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png");
    private static final Pattern LABEL =
            Pattern.compile("\"(?:label|cls|class)\"\\s*:\\s*(?:(\\d+)(?![\\d.eE])|\"((?:[^\"\\\\]|\\\\.)*+)\")");
    /** Members that are looked at to tell such a tar from others. */
    private static final int LOOKED_AT = 64;

    private static final int LONGEST_LABEL = 1 << 20;
    private static final int LARGEST_PICTURE = 1 << 28;

    @Override
    public String whatIsRead() {
        return "WebDataset's tars of KEY.jpg and KEY.cls or KEY.json, NAME-{000..009}.tar for several";
    }

    @Override
    public List<FoundSet> find(DataFolder folder) throws IOException {
        ArchiveFiles files = ArchiveFiles.in(folder, name -> name.endsWith(ENDING));
        if (files.first() == null || !hasSamples(folder.storage(), files.first())) {
            return List.of();
        }
        return List.of(FoundSet.ofFolder(
                "WebDataset's tars",
                () -> open(folder.storage(), folder.path(), folder.name(), files, folder.options())));
    }

    @Override
    public Optional<SingleFile> singleFile() {
        return Optional.of(new SingleFile(
                "a WebDataset",
                ENDING,
                (storage, path, name, options) -> open(storage, path, name, ArchiveFiles.named(path), options)));
    }

    private static boolean hasSamples(Storage storage, String tar) throws IOException {
        boolean picture = false;
        boolean label = false;
        try (InputStream in = new BufferedInputStream(storage.open(tar))) {
            TarReader reader = new TarReader(in, tar);
            TarReader.Member member = reader.next();
            for (int i = 0; i < LOOKED_AT && member != null; i++, member = reader.next()) {
                String ending = ending(member.name());
                picture |= PICTURES.contains(ending);
                label |= ending.equals("cls") || ending.equals("json");
            }
        } catch (MalformedDatasetException e) {
            return picture && label;
        }
        return picture && label;
    }

    private static DataSource open(Storage storage, String path, String name, ArchiveFiles files, FormatOptions options)
            throws IOException {
        var found = new LabelledPlaces();
        for (String tar : files.train()) {
            new Samples(storage, tar, false, found).read();
        }
        for (String tar : files.test()) {
            new Samples(storage, tar, true, found).read();
        }
        return found.open(
                new Origin(path, name, "WebDataset"), options, !files.test().isEmpty());
    }

    private static String base(String member) {
        int slash = member.lastIndexOf('/') + 1;
        int point = member.indexOf('.', slash);
        return point < 0 ? member : member.substring(0, point);
    }

    private static String ending(String member) {
        String rest = member.substring(base(member).length());
        return rest.isEmpty() ? "" : rest.substring(1).toLowerCase(Locale.ROOT);
    }

    /** Of one tar. */
    private static final class Samples {
        private final Storage storage;
        private final String tar;
        private final boolean tested;
        private final LabelledPlaces found;
        private String key;
        private TarReader.Member picture;
        private String label;

        Samples(Storage storage, String tar, boolean tested, LabelledPlaces found) {
            this.storage = storage;
            this.tar = tar;
            this.tested = tested;
            this.found = found;
        }

        void read() throws IOException {
            try (InputStream in = new BufferedInputStream(storage.open(tar), 1 << 16)) {
                TarReader reader = new TarReader(in, tar);
                for (TarReader.Member member = reader.next(); member != null; member = reader.next()) {
                    boolean hidden = Arrays.stream(member.name().split("/"))
                            .anyMatch(name -> !name.equals(".") && Storage.isHidden(name));
                    if (!hidden) {
                        take(reader, member);
                    }
                }
                end();
            } catch (FileNotFoundException e) {
                throw new DatasetNotFoundException(tar + ": no such file", e);
            }
        }

        private void take(TarReader reader, TarReader.Member member) throws IOException {
            if (!base(member.name()).equals(key)) {
                end();
                key = base(member.name());
            }
            String ending = ending(member.name());
            if (PICTURES.contains(ending)) {
                if (member.bytes() > LARGEST_PICTURE) {
                    throw new MalformedDatasetException(tar + ": " + member.name() + " has " + member.bytes()
                            + " bytes, more than a picture may have");
                }
                picture = member;
            } else if (ending.equals("cls") || ending.equals("json")) {
                if (member.bytes() > LONGEST_LABEL) {
                    throw new MalformedDatasetException(
                            tar + ": " + member.name() + " has " + member.bytes() + " bytes, and is to be a label");
                }
                String text = new String(reader.content(), StandardCharsets.UTF_8).strip();
                label = ending.equals("cls") ? text : inJson(text);
            }
        }

        /** A label in words goes before. */
        private String inJson(String text) {
            Matcher matcher = LABEL.matcher(text);
            if (label != null || !matcher.find()) {
                return label;
            }
            return matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        }

        private void end() throws MalformedDatasetException {
            if (picture != null && (label == null || label.isEmpty())) {
                throw new MalformedDatasetException(tar + ": " + picture.name()
                        + " has no label beside it, in a .cls or in a field label, cls or class of a .json");
            }
            if (picture != null) {
                String path = tar + ": " + picture.name();
                var place = new ArchivedPicture.Place(storage, tar, picture.offset(), (int) picture.bytes(), false);
                found.add(place, path, key, label, tested);
            } else if (key != null) {
                found.leaveOut(tar + ": " + key);
            }
            picture = null;
            label = null;
        }
    }
}
