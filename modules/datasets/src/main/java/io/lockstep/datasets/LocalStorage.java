package io.lockstep.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;

/** The local disk. */
public final class LocalStorage implements Storage {
    @Override
    public InputStream open(String path) throws IOException {
        return missing(path, () -> Files.newInputStream(Path.of(path)));
    }

    @Override
    public OutputStream create(String path) throws IOException {
        Path file = Path.of(path).toAbsolutePath();
        Files.createDirectories(file.getParent());
        return new DurableOutputStream(FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING));
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(Path.of(path));
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        return missing(folder, () -> {
            try (var listing = Files.list(Path.of(folder))) {
                return listing.sorted().map(LocalStorage::entry).toList();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    @Override
    public void delete(String path) throws IOException {
        Path top = Path.of(path);
        if (!Files.exists(top)) {
            return;
        }
        try (var tree = Files.walk(top)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    private static Entry entry(Path path) {
        try {
            boolean folder = Files.isDirectory(path);
            return new Entry(path.getFileName().toString(), folder ? 0 : Files.size(path), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T missing(String path, Call<T> call) throws IOException {
        try {
            return call.call();
        } catch (NoSuchFileException e) {
            var named = new java.io.FileNotFoundException(path + ": no such file or folder");
            named.initCause(e);
            throw named;
        }
    }

    private interface Call<T> {
        T call() throws IOException;
    }

    /** Forces the bytes to the device before it closes. */
    private static final class DurableOutputStream extends java.io.FilterOutputStream {
        private final FileChannel channel;

        DurableOutputStream(FileChannel channel) {
            super(Channels.newOutputStream(channel));
            this.channel = channel;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            try (channel) {
                if (channel.isOpen()) {
                    channel.force(true);
                }
            }
        }
    }
}
