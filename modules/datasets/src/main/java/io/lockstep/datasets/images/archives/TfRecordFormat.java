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
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * TensorFlow's records of encoded pictures, {@code image/encoded} with {@code image/class/label} and perhaps {@code
 * image/class/text}. Numbers are little-endian, checksums masked (tensorflow/core/lib/io/record_writer.h):
 *
 * <pre>
 *   | length (8) | CRC32C of the length (4) | a tf.Example | CRC32C of the example (4) |
 * </pre>
 */
public final class TfRecordFormat implements DataFormat {
    private static final Pattern NAME =
            Pattern.compile(".+\\.tfrecords?(-\\d+-of-\\d+)?|(train|test|val|valid|validation)-\\d+-of-\\d+");
    private static final int HEADER_BYTES = 12;
    private static final int LARGEST_RECORD = 1 << 28;

    @Override
    public String whatIsRead() {
        return "TFRecords of image/encoded and image/class/label";
    }

    @Override
    public List<FoundSet> find(DataFolder folder) throws IOException {
        ArchiveFiles files = ArchiveFiles.in(folder, name -> NAME.matcher(name).matches());
        return files.first() == null
                ? List.of()
                : List.of(FoundSet.ofFolder(
                        "TFRecords",
                        () -> open(folder.storage(), folder.path(), folder.name(), files, folder.options())));
    }

    @Override
    public Optional<SingleFile> singleFile() {
        return Optional.of(new SingleFile(
                "a TFRecord",
                ".tfrecord",
                (storage, path, name, options) -> open(storage, path, name, ArchiveFiles.named(path), options)));
    }

    private static DataSource open(Storage storage, String path, String name, ArchiveFiles files, FormatOptions options)
            throws IOException {
        var found = new LabelledPlaces();
        for (String file : files.train()) {
            read(storage, file, false, found);
        }
        for (String file : files.test()) {
            read(storage, file, true, found);
        }
        return found.open(
                new Origin(path, name, "TFRecord"), options, !files.test().isEmpty());
    }

    private static void read(Storage storage, String file, boolean tested, LabelledPlaces found) throws IOException {
        try (InputStream in = new BufferedInputStream(storage.open(file), 1 << 16)) {
            long offset = 0;
            byte[] header = in.readNBytes(HEADER_BYTES);
            for (int record = 0; header.length > 0; record++, header = in.readNBytes(HEADER_BYTES)) {
                String path = file + ": record " + record;
                int bytes = length(header, path);
                byte[] content = in.readNBytes(bytes);
                byte[] crc = in.readNBytes(Integer.BYTES);
                if (crc.length < Integer.BYTES) {
                    throw new MalformedDatasetException(path + " is truncated: the file ends within it");
                }
                if (masked(content, bytes) != number(crc).getInt()) {
                    throw new MalformedDatasetException(path + " is damaged: its checksum is wrong");
                }
                var place = new ArchivedPicture.Place(storage, file, offset + HEADER_BYTES, bytes, true);
                take(TensorExample.parse(content, path), place, path, tested, found);
                offset += HEADER_BYTES + bytes + Integer.BYTES;
            }
        } catch (FileNotFoundException e) {
            throw new DatasetNotFoundException(file + ": no such file", e);
        }
    }

    private static void take(
            TensorExample example, ArchivedPicture.Place place, String path, boolean tested, LabelledPlaces found)
            throws MalformedDatasetException {
        if (!example.has(TensorExample.ENCODED)) {
            throw new MalformedDatasetException(path + " has no feature '" + TensorExample.ENCODED
                    + "', and only pictures are read from TFRecords; its features are " + example.names()
                    + ": write columns of numbers as Parquet or CSV");
        }
        long label = example.number(TensorExample.LABEL);
        if (example.has(TensorExample.TEXT) && label >= 0 && label <= Integer.MAX_VALUE) {
            found.name((int) label, new String(example.bytes(TensorExample.TEXT), StandardCharsets.UTF_8));
        }
        if (label < 0) {
            throw new MalformedDatasetException(path + " has the label " + label + "; classes are numbered from 0");
        }
        found.add(place, path, path.substring(path.lastIndexOf('/') + 1), Long.toString(label), tested);
    }

    private static int length(byte[] header, String path) throws MalformedDatasetException {
        if (header.length < HEADER_BYTES) {
            throw new MalformedDatasetException(path + " is truncated: the file ends within its length");
        }
        ByteBuffer numbers = number(header);
        long length = numbers.getLong();
        if (masked(header, Long.BYTES) != numbers.getInt()) {
            throw new MalformedDatasetException(
                    path + " is no TFRecord, or damaged: the checksum of its length is wrong");
        }
        if (length < 0 || length > LARGEST_RECORD) {
            throw new MalformedDatasetException(path + " has " + length + " bytes, more than a picture may have");
        }
        return (int) length;
    }

    private static ByteBuffer number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A checksum of data that holds checksums is turned and moved. */
    static int masked(byte[] content, int bytes) {
        var crc = new CRC32C();
        crc.update(content, 0, bytes);
        int value = (int) crc.getValue();
        return (value >>> 15 | value << 17) + 0xa282ead8;
    }
}
