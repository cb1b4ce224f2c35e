package io.lockstep.datasets.images.folders;

import io.lockstep.datasets.images.encoded.EncodedPicture;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;

/** A file that is to be a picture, and the number of its class. */
record FolderPicture(Storage storage, String path, int label) implements EncodedPicture {
    @Override
    public byte[] content() throws IOException {
        try (InputStream in = storage.open(path)) {
            return in.readAllBytes();
        }
    }
}
