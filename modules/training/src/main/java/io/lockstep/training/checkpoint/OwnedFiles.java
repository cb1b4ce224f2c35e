package io.lockstep.training.checkpoint;

import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.ParameterHash;
import io.lockstep.training.Replica;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/** Files that their owner alone writes: see {@link CheckpointStore#claim}. */
final class OwnedFiles {
    private final Storage storage;
    private final String ownerFile;
    private final String owner;

    /** @param owner the name that {@code ownerFile} must hold; empty: it does not matter */
    OwnedFiles(Storage storage, String ownerFile, String owner) {
        this.storage = storage;
        this.ownerFile = ownerFile;
        this.owner = owner;
    }

    void requireOwned() throws IOException {
        if (owner.isEmpty()) {
            return;
        }
        String now;
        try {
            now = new String(get(ownerFile), StandardCharsets.UTF_8);
        } catch (FileNotFoundException e) {
            now = "";
        }
        if (!now.equals(owner)) {
            throw new FencedException();
        }
    }

    /** Returns the content's SHA-256. */
    String put(String path, byte[] content) throws IOException {
        return put(path, out -> out.write(content));
    }

    String put(String path, Replica.Snapshot content) throws IOException {
        requireOwned(); // the file before took its time
        MessageDigest digest = ParameterHash.sha256();
        try (OutputStream out = new OwnersStream(storage.create(path));
                var hashing = new DigestOutputStream(out, digest)) {
            content.writeTo(hashing);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Stays open where the owner is another by now: an object store shows a file when it is closed. */
    private final class OwnersStream extends FilterOutputStream {
        OwnersStream(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length); // not byte for byte
        }

        @Override
        public void close() throws IOException {
            requireOwned();
            out.close();
        }
    }

    /**
     * A file of a folder, which is as its manifest has it.
     *
     * @param manifest SHA-256 by name
     */
    byte[] verified(String folder, String name, Map<String, String> manifest) throws IOException {
        byte[] content = get(Storage.join(folder, name));
        if (!hash(content).equals(manifest.get(name))) {
            throw new IOException(name + " does not have the SHA-256 of the " + Manifest.NAME);
        }
        return content;
    }

    byte[] get(String path) throws IOException {
        try (InputStream in = storage.open(path)) {
            return in.readAllBytes();
        }
    }

    static String hash(byte[] content) {
        return HexFormat.of().formatHex(ParameterHash.sha256().digest(content));
    }
}
