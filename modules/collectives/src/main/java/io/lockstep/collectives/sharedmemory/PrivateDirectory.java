package io.lockstep.collectives.sharedmemory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A directory of random name that only this user can enter, for as long as this object is open.
 *
 * <p>Its owner holds a lock on a file in it. A directory whose lock can be had has lost its owner, however that ended,
 * and is removed by the next start of the same user; a process id would not do, since containers that share a file
 * system need not share process ids.
 */
public final class PrivateDirectory implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PrivateDirectory.class.getName());
    private static final String PREFIX = "lockstep-";
    /**
     * No sweep of this process opens the lock files of its own directories: closing any descriptor of a file releases
     * all locks that the process has on it.
     */
    private static final String OWN_PREFIX = PREFIX + ProcessHandle.current().pid() + "-";

    private static final String LOCK = "owner.lock";
    private static final FileAttribute<Set<PosixFilePermission>> ONLY_THIS_USER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    static final FileAttribute<Set<PosixFilePermission>> READ_WRITE_THIS_USER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final FileChannel lockFile;
    private boolean removed;

    private PrivateDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** The memory file system where there is one, else the JVM's temporary directory. */
    public static Path defaultParent() {
        Path shm = Path.of("/dev/shm");
        return Files.isWritable(shm) ? shm : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Makes a new directory in {@code parent}, and removes what earlier owners of this user left there. */
    public static PrivateDirectory create(Path parent) {
        byte[] name = new byte[12];
        new SecureRandom().nextBytes(name);
        Path path = parent.resolve(OWN_PREFIX + HexFormat.of().formatHex(name));
        try {
            // under a name that no sweep looks at, until the lock is held
            Path nascent = parent.resolve("." + path.getFileName());
            Files.createDirectory(nascent, ONLY_THIS_USER);
            FileChannel lockFile = FileChannel.open(
                    nascent.resolve(LOCK),
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    READ_WRITE_THIS_USER);
            lockFile.lock();
            Files.move(nascent, path);
            removeAbandoned(parent, Files.getOwner(path));
            return new PrivateDirectory(path, lockFile);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a private directory in " + parent, e);
        }
    }

    public Path path() {
        return path;
    }

    /** Number of directories removed. */
    static int removeAbandoned(Path parent, UserPrincipal user) {
        int removals = 0;
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path candidate : candidates) {
                if (!candidate.getFileName().toString().startsWith(OWN_PREFIX)
                        && Files.isDirectory(candidate, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(candidate, LinkOption.NOFOLLOW_LINKS).equals(user)
                        && isAbandoned(candidate)) {
                    removeTree(candidate);
                    removals++;
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "could not look for abandoned directories in " + parent, e);
        }
        return removals;
    }

    private static boolean isAbandoned(Path directory) {
        try (FileChannel channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // its owner is in this JVM
        } catch (NoSuchFileException e) {
            return false; // its owner is removing it
        } catch (IOException e) {
            return false;
        }
    }

    /** Removes the directory with all that is in it. */
    private static void removeTree(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, "could not remove " + directory, e);
        }
    }

    /** Unlinks the directory; what is mapped from it stays mapped. Idempotent. */
    @Override
    public synchronized void close() {
        if (removed) {
            return;
        }
        removed = true;
        removeTree(path);
        try {
            lockFile.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "could not release the lock of " + path, e);
        }
    }
}
