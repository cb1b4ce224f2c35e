package io.lockstep.collectives.schedules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.function.Predicate;

/** What rewritten code calls instead of opening a file, and how a thread dies while it works on files. */
public final class ScheduledFiles {
    private ScheduledFiles() {}

    record OpenFile(Thread opener, FileChannel channel) {}

    static void closed(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link Schedule#stop}, and the kernel closes the files that the threads opened, and with them their locks. */
    public static void kill(Predicate<Thread> which) {
        Schedule.stop(which);
        for (OpenFile file : Schedule.current.files) {
            if (which.test(file.opener())) {
                closed(file.channel());
            }
        }
    }

    /**
     * This thread dies in the file operation that comes after so many of its own, as {@link #kill} does to the others of
     * {@code which}.
     */
    public static void killInFileOperation(int operations, Predicate<Thread> which) {
        Task me = Schedule.me();
        me.operationsToLive = operations;
        me.deathOf = which;
    }

    /** In place of {@code FileChannel.open}. */
    public static FileChannel open(Path path, OpenOption... options) throws IOException {
        return opened(FileChannel.open(path, options));
    }

    /** In place of {@code FileChannel.open}. */
    public static FileChannel open(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return opened(FileChannel.open(path, options, attributes));
    }

    private static FileChannel opened(FileChannel channel) {
        if (Schedule.me() != null) {
            Schedule.current.files.add(new OpenFile(Thread.currentThread(), channel));
        }
        return channel;
    }

    /** As {@link Schedule#point}, before an operation on a file. */
    public static void filePoint(String where) {
        Task me = Schedule.me();
        if (me != null) {
            if (me.initializing == 0 && me.operationsToLive-- == 0) {
                kill(me.deathOf);
            }
            Schedule.current.pass(me, where, false);
        }
    }
}
