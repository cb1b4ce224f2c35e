package io.lockstep.datasets.storage;

import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The local disk. Paths are the platform's, or start with {@code file:} and are taken literally from there on, as Hadoop
 * does: {@code %20} is no space.
 */
public final class LocalStorage implements Storage {
    private static final Pattern FILE_SCHEME = Pattern.compile("^file:(//[^/]*(?=/))?(/(?=[A-Za-z]:))?");
    private static final Pattern OTHER_SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]+://.*");

    @Override
    public InputStream open(String path) throws IOException {
        Path file = local(path);
        if (Files.isDirectory(file)) {
            throw new FileNotFoundException(path + " is a folder, not a file");
        }
        try {
            return Files.newInputStream(file);
        } catch (NoSuchFileException e) {
            throw notFound(path, "no such file", e);
        }
    }

    @Override
    public OutputStream create(String path) throws IOException {
        Path file = local(path).toAbsolutePath();
        Files.createDirectories(file.getParent());
        deleteFile(file);
        return new DurableOutputStream(
                file,
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING));
    }

    @Override
    public boolean exists(String path) throws IOException {
        return Files.exists(local(path));
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        try (var listing = Files.list(local(folder))) {
            List<Entry> entries = new ArrayList<>();
            for (Path path : listing.sorted().toList()) {
                addEntry(path, entries);
            }
            return entries;
        } catch (NoSuchFileException e) {
            throw notFound(folder, "no such folder", e);
        } catch (NotDirectoryException e) {
            throw notFound(folder, "it is no folder", e);
        }
    }

    @Override
    public void delete(String path) throws IOException {
        Path top = local(path);
        if (!Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public Optional<Path> localPath(String path) throws IOException {
        return Optional.of(local(path));
    }

    /** Not emptied but replaced: whoever still writes the one before, after a long pause, writes into nothing. */
    private static void deleteFile(Path file) throws IOException {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.deleteIfExists(file);
            } catch (AccessDeniedException e) {
                return; // the folder is another user's: what can be done is to empty the file
            }
        }
    }

    /** A file that vanished since the listing, and a link to nothing, are not there. */
    private static void addEntry(Path path, List<Entry> entries) throws IOException {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            boolean folder = attributes.isDirectory();
            entries.add(new Entry(path.getFileName().toString(), folder ? 0 : attributes.size(), folder));
        } catch (NoSuchFileException e) {
            return;
        }
    }

    private static Path local(String path) throws IOException {
        if (path.startsWith("file:")) {
            return platforms(FILE_SCHEME.matcher(path).replaceFirst(""));
        }
        if (OTHER_SCHEME.matcher(path).matches()) {
            throw new IOException(path + " is not on the local disk");
        }
        return platforms(path);
    }

    private static Path platforms(String path) throws IOException {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw new IOException(FileNames.fault(e), e);
        }
    }

    private static FileNotFoundException notFound(String path, String why, IOException cause) {
        var named = new FileNotFoundException(path + ": " + why);
        named.initCause(cause);
        return named;
    }

    /** Forces the bytes, and the file's name in its folder, to the device before it closes. */
    private static final class DurableOutputStream extends FilterOutputStream {
        private final Path file;
        private final FileChannel channel;

        DurableOutputStream(Path file, FileChannel channel) {
            super(Channels.newOutputStream(channel));
            this.file = file;
            this.channel = channel;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (!channel.isOpen()) {
                return;
            }
            try (channel) {
                channel.force(true);
            }
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                // elsewhere a folder cannot be opened
                try (var folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                    folder.force(true);
                }
            }
        }
    }
}
