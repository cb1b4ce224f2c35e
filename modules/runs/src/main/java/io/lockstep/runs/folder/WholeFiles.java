package io.lockstep.runs.folder;

import io.lockstep.datasets.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Small files of a folder that are replaced whole, whenever the process is killed, on storage that cannot rename: what is
 * to be written is first written beside the file, headed by its hash, and removed when the file is written. Whoever reads
 * takes what lies beside the file where it is whole, since it is the newer one then, and the file itself otherwise.
 */
record WholeFiles(Storage storage, String folder) {
    private static final String BESIDE = ".new";
    private static final int HEAD_BYTES = 65; // 64 hexadecimal digits and the end of the line

    /** The name of what lies beside a file while it is written. */
    static String beside(String name) {
        return name + BESIDE;
    }

    void put(String name, byte[] content) throws IOException {
        putBeside(name, content);
        write(name, content);
        removeBeside(name);
    }

    /** The first part of {@link #put}, for a file that is then written piece by piece. */
    void putBeside(String name, byte[] content) throws IOException {
        Optional<byte[]> pending = wholeBeside(name);
        if (pending.isPresent()) { // left by one that was killed: perhaps all that is whole of the file
            write(name, pending.get());
        }
        byte[] hash = head(content);
        byte[] whole = Arrays.copyOf(hash, hash.length + content.length);
        System.arraycopy(content, 0, whole, hash.length, content.length);
        write(beside(name), whole);
    }

    /** The last part of {@link #put}. */
    void removeBeside(String name) throws IOException {
        storage.delete(Storage.join(folder, beside(name)));
    }

    /** Empty where there is no such file. */
    Optional<byte[]> get(String name) throws IOException {
        Optional<byte[]> beside = wholeBeside(name);
        return beside.isPresent() ? beside : read(name);
    }

    private Optional<byte[]> wholeBeside(String name) throws IOException {
        return read(beside(name)).filter(bytes -> bytes.length >= HEAD_BYTES).flatMap(bytes -> {
            byte[] content = Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length);
            return Arrays.equals(head(content), Arrays.copyOf(bytes, HEAD_BYTES))
                    ? Optional.of(content)
                    : Optional.empty();
        });
    }

    private static byte[] head(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return (HexFormat.of().formatHex(hash) + "\n").getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private void write(String name, byte[] content) throws IOException {
        try (OutputStream out = storage.create(Storage.join(folder, name))) {
            out.write(content);
        }
    }

    private Optional<byte[]> read(String name) throws IOException {
        String file = Storage.join(folder, name);
        if (!storage.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = storage.open(file)) {
            return Optional.of(in.readAllBytes());
        } catch (FileNotFoundException e) {
            return Optional.empty(); // its writer has just removed it
        }
    }
}
