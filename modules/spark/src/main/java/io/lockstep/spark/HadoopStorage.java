package io.lockstep.spark;

import io.lockstep.datasets.Storage;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/** Any Hadoop file system, chosen by the path's scheme; without one, {@code fs.defaultFS}. */
public final class HadoopStorage implements Storage, Serializable {
    private static final long serialVersionUID = 1;

    private final SerializableConfiguration configuration;

    /** @param configuration the driver's, so that executors reach what it reaches */
    public HadoopStorage(Configuration configuration) {
        this.configuration = new SerializableConfiguration(configuration);
    }

    /** The path with its scheme, and absolute: what the driver means by it, for executors with another folder. */
    public String qualify(String path) throws IOException {
        return fileSystem(path).makeQualified(new Path(path)).toString();
    }

    @Override
    public InputStream open(String path) throws IOException {
        try {
            return fileSystem(path).open(new Path(path));
        } catch (FileNotFoundException e) {
            throw missing(path, e);
        }
    }

    @Override
    public OutputStream create(String path) throws IOException {
        return new DurableOutputStream(fileSystem(path).create(new Path(path), true));
    }

    @Override
    public boolean exists(String path) throws IOException {
        return fileSystem(path).exists(new Path(path));
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        try {
            return Arrays.stream(fileSystem(folder).listStatus(new Path(folder)))
                    .map(status -> new Entry(
                            status.getPath().getName(),
                            status.isDirectory() ? 0 : status.getLen(),
                            status.isDirectory()))
                    .sorted(Comparator.comparing(Entry::name))
                    .toList();
        } catch (FileNotFoundException e) {
            throw missing(folder, e);
        }
    }

    @Override
    public void delete(String path) throws IOException {
        Path target = new Path(path);
        FileSystem fileSystem = fileSystem(path);
        if (!fileSystem.delete(target, true) && fileSystem.exists(target)) {
            throw new IOException(path + " could not be deleted");
        }
    }

    private FileSystem fileSystem(String path) throws IOException {
        FileSystem fileSystem = new Path(path).getFileSystem(configuration.value());
        fileSystem.setWriteChecksum(false); // the local file system would litter .crc files; manifests hold hashes
        return fileSystem;
    }

    private static FileNotFoundException missing(String path, FileNotFoundException cause) {
        var named = new FileNotFoundException(path + ": no such file or folder");
        named.initCause(cause);
        return named;
    }

    /**
     * Forces the bytes out of the client and to the data nodes' disks before it closes. Hadoop's local file system says
     * by an Error that a disk is full; here that is an IOException, as everywhere else.
     */
    private static final class DurableOutputStream extends FilterOutputStream {
        private boolean closed;

        DurableOutputStream(FSDataOutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            try {
                out.write(value);
            } catch (FSError e) {
                throw asIoException(e);
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (FSError e) {
                throw asIoException(e);
            }
        }

        /** Visible to readers, though not yet on a disk. */
        @Override
        public void flush() throws IOException {
            try {
                ((FSDataOutputStream) out).hflush();
            } catch (FSError e) {
                throw asIoException(e);
            }
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try (FSDataOutputStream hadoop = (FSDataOutputStream) out) {
                hadoop.hsync();
            } catch (FSError e) {
                throw asIoException(e);
            }
        }

        private static IOException asIoException(FSError e) {
            return new IOException(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        }
    }
}
