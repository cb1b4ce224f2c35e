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
import java.time.Duration;
import java.time.Instant;
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
 * system need not share process ids. One that has no lock yet, or none any more, belongs to somebody who is just making or
 * removing it, unless it stays like that for a while.
 */
public final class PrivateDirectory implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PrivateDirectory.class.getName());
    private static final String PREFIX = "lockstep-";
    private static final String NASCENT = ".";
    /**
     * No sweep of this process opens the lock files of its own directories: closing any descriptor of a file releases
     * all locks that the process has on it.
     */
    private static final String OWN_PREFIX = PREFIX + ProcessHandle.current().pid() + "-";

    private static final String LOCK = "owner.lock";
    /** Making or removing a directory takes milliseconds, and a stopped process may need to be waited for. */
    private static final Duration LONGEST_WITHOUT_LOCK = Duration.ofMinutes(10);

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
        return createAs(parent.resolve(OWN_PREFIX + HexFormat.of().formatHex(name)));
    }

    /**
     * The same under a name that was chosen before this process could make the directory.
     *
     * @param path its last name begins with {@code lockstep-PID-}, by which sweeps know what is theirs
     */
    public static PrivateDirectory createAs(Path path) {
        if (!path.getFileName().toString().startsWith(OWN_PREFIX)) {
            throw new IllegalArgumentException(path + " must be called " + OWN_PREFIX + "...");
        }
        Path parent = path.getParent();
        try {
            // under a name that tells a sweep that the lock may not be held yet
            Path nascent = parent.resolve(NASCENT + path.getFileName());
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
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, "{,.}" + PREFIX + "*")) {
            for (Path candidate : candidates) {
                if (!isOwn(candidate.getFileName().toString())
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

    private static boolean isOwn(String name) {
        return name.startsWith(OWN_PREFIX) || name.startsWith(NASCENT + OWN_PREFIX);
    }

    private static boolean isAbandoned(Path directory) throws IOException {
        boolean nascent = directory.getFileName().toString().startsWith(NASCENT);
        if (nascent || !Files.exists(directory.resolve(LOCK))) {
            try {
                Instant changed = Files.getLastModifiedTime(directory).toInstant();
                return changed.isBefore(Instant.now().minus(LONGEST_WITHOUT_LOCK));
            } catch (NoSuchFileException e) {
                return false; // removed or renamed just now
            }
        }
        return lockCanBeHad(directory);
    }

    private static boolean lockCanBeHad(Path directory) {
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
