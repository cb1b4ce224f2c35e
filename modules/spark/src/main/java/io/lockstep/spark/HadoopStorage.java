package io.lockstep.spark;

import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.datasets.storage.Storage;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/** Any Hadoop file system, chosen by the path's scheme; without one, {@code fs.defaultFS}. */
public final class HadoopStorage implements Storage, Serializable {
    private static final long serialVersionUID = 1;
    private static final LocalStorage LOCAL = new LocalStorage();

    static {
        NamelessUser.name(); // Hadoop's first question is who asks
    }

    private final SerializableConfiguration configuration;

    /** @param configuration the driver's, so that executors reach what it reaches */
    public HadoopStorage(Configuration configuration) {
        this.configuration = new SerializableConfiguration(configuration);
    }

    /** The path with its scheme, and absolute: what the driver means by it, for executors with another folder. */
    public String qualify(String path) throws IOException {
        return fileSystem(path).makeQualified(new Path(path)).toString();
    }

    /** The home folder of whoever runs this, on the file system of a path. */
    public String home(String path) throws IOException {
        return fileSystem(path).getHomeDirectory().toString();
    }

    /**
     * A line for each file of a path, a folder or a pattern: its name, length and time of change. Two looks at the same
     * content give the same lines; none for what is not there, and for what {@link Storage#isHidden} is true of.
     */
    public List<String> stamps(String path) throws IOException {
        FileSystem fileSystem = fileSystem(path);
        FileStatus[] tops = fileSystem.globStatus(new Path(path));
        List<String> stamps = new ArrayList<>();
        for (FileStatus top : tops == null ? new FileStatus[0] : tops) {
            addStamps(fileSystem, top, stamps);
        }
        stamps.sort(Comparator.naturalOrder());
        return stamps;
    }

    private static void addStamps(FileSystem fileSystem, FileStatus status, List<String> stamps) throws IOException {
        if (!status.isDirectory()) {
            stamps.add(status.getPath() + " " + status.getLen() + " " + status.getModificationTime());
            return;
        }
        for (FileStatus inside : fileSystem.listStatus(status.getPath())) {
            if (!Storage.isHidden(inside.getPath().getName())) {
                addStamps(fileSystem, inside, stamps);
            }
        }
    }

    @Override
    public InputStream open(String path) throws IOException {
        FileSystem fileSystem = fileSystem(path);
        if (isLocal(fileSystem)) {
            return LOCAL.open(path);
        }
        try {
            return fileSystem.open(new Path(path));
        } catch (FileNotFoundException e) {
            throw missing(path, e);
        }
    }

    @Override
    public OutputStream create(String path) throws IOException {
        FileSystem fileSystem = fileSystem(path);
        return isLocal(fileSystem)
                ? LOCAL.create(path)
                : new DurableOutputStream(fileSystem.create(new Path(path), true));
    }

    @Override
    public boolean exists(String path) throws IOException {
        FileSystem fileSystem = fileSystem(path);
        return isLocal(fileSystem) ? LOCAL.exists(path) : fileSystem.exists(new Path(path));
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        FileSystem fileSystem = fileSystem(folder);
        if (isLocal(fileSystem)) {
            return LOCAL.list(folder);
        }
        try {
            return Arrays.stream(fileSystem.listStatus(new Path(folder)))
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
        FileSystem fileSystem = fileSystem(path);
        if (isLocal(fileSystem)) {
            LOCAL.delete(path);
            return;
        }
        Path target = new Path(path);
        if (!fileSystem.delete(target, true) && fileSystem.exists(target)) {
            throw new IOException(path + " could not be deleted");
        }
    }

    @Override
    public Optional<java.nio.file.Path> localPath(String path) throws IOException {
        return isLocal(fileSystem(path)) ? LOCAL.localPath(path) : Optional.empty();
    }

    private FileSystem fileSystem(String path) throws IOException {
        return new Path(path).getFileSystem(configuration.value());
    }

    /** Without Hadoop's native library its own local file system starts a {@code chmod} for each file that it makes. */
    private static boolean isLocal(FileSystem fileSystem) {
        return fileSystem.getUri().getScheme().equals("file");
    }

    private static FileNotFoundException missing(String path, FileNotFoundException cause) {
        var named = new FileNotFoundException(path + ": no such file or folder");
        named.initCause(cause);
        return named;
    }

    /** Forces the bytes out of the client and to the data nodes' disks before it closes. */
    private static final class DurableOutputStream extends FilterOutputStream {
        private boolean closed;

        DurableOutputStream(FSDataOutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length); // not byte for byte
        }

        /** Visible to readers, though not yet on a disk. */
        @Override
        public void flush() throws IOException {
            ((FSDataOutputStream) out).hflush();
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try (FSDataOutputStream hadoop = (FSDataOutputStream) out) {
                hadoop.hsync();
            }
        }
    }
}
