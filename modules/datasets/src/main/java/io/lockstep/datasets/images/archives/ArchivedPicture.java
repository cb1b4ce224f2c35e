package io.lockstep.datasets.images.archives;

import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.images.encoded.EncodedPicture;
import io.lockstep.datasets.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A picture in an archive.
 *
 * @param path for messages: the archive's and the picture's place in it
 */
record ArchivedPicture(Place place, String path, int label) implements EncodedPicture {
    /**
     * Bytes of a file.
     *
     * @param record whether they are a TFRecord's example, which has the picture among its features
     */
    record Place(Storage storage, String file, long offset, int bytes, boolean record) {
        byte[] read() throws IOException {
            try (InputStream in = storage.open(file)) {
                in.skipNBytes(offset);
                byte[] content = in.readNBytes(bytes);
                if (content.length < bytes) {
                    throw new EOFException();
                }
                return content;
            } catch (EOFException e) {
                throw new MalformedDatasetException(
                        file + " has become shorter: it ends before byte " + (offset + bytes), e);
            }
        }
    }

    @Override
    public byte[] content() throws IOException {
        byte[] content = place.read();
        return place.record() ? TensorExample.parse(content, path).bytes(TensorExample.ENCODED) : content;
    }
}
