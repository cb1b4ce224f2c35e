package io.lockstep.collectives.sharedmemory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import sun.misc.Unsafe;

/**
 * A file in shared memory, mapped until this is closed: not until a collector happens to find it. Its creator holds a
 * lock on it, which the kernel releases when the creator's process ends in whatever way.
 */
final class MappedSegment implements AutoCloseable {
    private static final int ZEROS = 64 * 1024;
    private static final Unsafe UNSAFE = unsafe();

    private static final long LOOK_NANOS = 20_000_000;

    private final FileChannel file;
    private MappedByteBuffer memory;
    private long lookedNanos = System.nanoTime();
    private boolean ownerGone;
    /** Whether the owner is a rank of this JVM, which tells itself when it goes. */
    private boolean ownerHere;

    private MappedSegment(FileChannel file, MappedByteBuffer memory) {
        this.file = file;
        this.memory = memory;
        memory.order(ByteOrder.nativeOrder());
    }

    /** Makes a file of that size without giving it memory yet. */
    static MappedSegment create(Path path, long bytes) throws IOException {
        FileChannel file = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PrivateDirectory.READ_WRITE_THIS_USER);
        file.write(ByteBuffer.allocate(1), bytes - 1);
        file.lock();
        return new MappedSegment(file, file.map(FileChannel.MapMode.READ_WRITE, 0, bytes));
    }

    /** Maps a peer's file, which must belong to {@code user} and be no link. */
    static MappedSegment open(Path path, long bytes, UserPrincipal user) throws IOException {
        if (!Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(user)) {
            throw new IOException(path + " belongs to another user");
        }
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        if (file.size() != bytes) {
            long found = file.size();
            file.close();
            throw new IOException(path + " has " + found + " bytes instead of " + bytes);
        }
        return new MappedSegment(file, file.map(FileChannel.MapMode.READ_WRITE, 0, bytes));
    }

    /** Gives a range its memory now: where there is none left, that is an exception here, and not a SIGBUS later. */
    void reserve(long from, long bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS, bytes));
        for (long done = 0; done < bytes; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - done));
            done += file.write(zeros, from + done);
        }
    }

    /** Whether the process that made the file is gone, or has closed it; looked up every so often. */
    boolean ownerGone() {
        long now = System.nanoTime();
        if (!ownerGone && !ownerHere && now - lookedNanos > LOOK_NANOS) {
            lookedNanos = now;
            try (FileLock lock = file.tryLock()) {
                ownerGone = lock != null;
            } catch (OverlappingFileLockException e) {
                ownerHere = true;
            } catch (IOException e) {
                return false;
            }
        }
        return ownerGone;
    }

    ByteBuffer memory() {
        return memory;
    }

    /** Unmaps. Nobody may touch the memory afterwards, not even through a duplicate. Idempotent. */
    @Override
    public synchronized void close() {
        if (memory == null) {
            return;
        }
        MappedByteBuffer mapped = memory;
        memory = null;
        UNSAFE.invokeCleaner(mapped);
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("jdk.unsupported has sun.misc.Unsafe in every JDK up to 17 and beyond", e);
        }
    }
}
