package io.lockstep.datasets.storage;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Files in memory, whose process can be killed between any two operations that change one: from then on every call throws
 * {@link Killed}, as nothing that a dead process would have done next is done. {@link #revive} is the start after it,
 * which finds what the dead one left.
 *
 * <p>An operation is the creation of a file, each write to it, its close, and the deletion of one: a
 * folder is deleted file by file.
 */
public final class KillableStorage implements Storage {
    /** When the others see what is written. */
    public enum Kind {
        /** At once, as on a local disk: who creates a file empties it. */
        DISK(false),
        /** When the file is closed, as on an object store: until then the object before is there. */
        OBJECTS(true);

        private final boolean whenClosed;

        Kind(boolean whenClosed) {
            this.whenClosed = whenClosed;
        }
    }

    /** What of the operation that it is killed in is done. */
    public enum End {
        /** Nothing. */
        BEFORE,
        /** Half of the bytes of a write; of anything else nothing. */
        TORN,
        /** Nothing, and with the process goes the machine: of what was not closed nothing is left but a name. */
        POWER_LOSS
    }

    /** The process is dead. An error, since nobody in it can do anything about it. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("killed");
        }
    }

    private static final int NEVER = Integer.MAX_VALUE;

    /** What lies behind a name; who creates a file of that name puts another behind it. */
    private static final class Content {
        private byte[] bytes;
        private boolean closed;

        Content(byte[] bytes) {
            this.bytes = bytes;
        }

        void append(byte[] more) {
            int before = bytes.length;
            bytes = Arrays.copyOf(bytes, before + more.length);
            System.arraycopy(more, 0, bytes, before, more.length);
        }
    }

    private final Kind kind;
    private final TreeMap<String, Content> files = new TreeMap<>();
    private int operations;
    private int killAt = NEVER;
    private End end = End.BEFORE;
    private boolean dead;
    private int generation;
    private Runnable meanwhile;

    public KillableStorage(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The same files in another storage; what happens to one does not happen to the other. */
    public synchronized KillableStorage copy() {
        KillableStorage copy = new KillableStorage(kind);
        files.forEach((path, content) -> copy.files.put(path, closed(content.bytes)));
        return copy;
    }

    /** From now on counts operations, and is killed in the one that comes after so many of them. */
    public synchronized void killAfter(int count, End how) {
        operations = 0;
        killAt = count;
        end = how;
    }

    /** From now on counts operations, and does something else before the one that comes after so many of them. */
    public synchronized void pauseAfter(int count, Runnable what) {
        operations = 0;
        killAt = count;
        meanwhile = what;
    }

    /** Whether it was killed. */
    public synchronized boolean dead() {
        return dead;
    }

    /** Operations since {@link #killAfter}. */
    public synchronized int operations() {
        return operations;
    }

    /** A new process. */
    public synchronized void revive() {
        dead = false;
        killAt = NEVER;
        generation++; // streams of the dead one do nothing any more
    }

    /** What a file holds, or null: for tests to look at, dead or alive. */
    public synchronized byte[] content(String path) {
        Content content = files.get(path);
        return content == null ? null : content.bytes.clone();
    }

    /** Paths of all files, in order. */
    public synchronized List<String> paths() {
        return List.copyOf(files.keySet());
    }

    private static Content closed(byte[] bytes) {
        Content content = new Content(bytes.clone());
        content.closed = true;
        return content;
    }

    /** Throws, or counts the operation. */
    private void operate(Content written, byte[] bytes) {
        requireAlive();
        if (operations++ < killAt) {
            return;
        }
        killAt = NEVER;
        if (meanwhile != null) {
            Runnable now = meanwhile;
            meanwhile = null;
            now.run();
            return;
        }
        dead = true;
        if (end == End.TORN && bytes != null) {
            written.append(Arrays.copyOf(bytes, bytes.length / 2));
        }
        if (end == End.POWER_LOSS) {
            files.values().stream().filter(each -> !each.closed).forEach(each -> each.bytes = new byte[0]);
        }
        throw new Killed();
    }

    private void requireAlive() {
        if (dead) {
            throw new Killed();
        }
    }

    @Override
    public synchronized InputStream open(String path) throws IOException {
        requireAlive();
        Content content = files.get(path);
        if (content == null) {
            throw new FileNotFoundException(path + ": no such file");
        }
        return new ByteArrayInputStream(content.bytes);
    }

    @Override
    public synchronized OutputStream create(String path) throws IOException {
        operate(null, null);
        Content content = new Content(new byte[0]);
        if (!kind.whenClosed) {
            files.put(path, content);
        }
        return new Stream(path, content);
    }

    @Override
    public synchronized boolean exists(String path) {
        requireAlive();
        return files.containsKey(path) || inFolder(path);
    }

    private boolean inFolder(String folder) {
        String next = files.ceilingKey(folder + "/");
        return next != null && next.startsWith(folder + "/");
    }

    @Override
    public synchronized List<Entry> list(String folder) throws IOException {
        requireAlive();
        if (!inFolder(folder)) {
            throw new FileNotFoundException(folder + ": no such folder");
        }
        TreeMap<String, Entry> entries = new TreeMap<>();
        String prefix = folder + "/";
        files.tailMap(prefix).forEach((path, content) -> {
            if (path.startsWith(prefix)) {
                String rest = path.substring(prefix.length());
                int slash = rest.indexOf('/');
                entries.put(
                        slash < 0 ? rest : rest.substring(0, slash),
                        slash < 0
                                ? new Entry(rest, content.bytes.length, false)
                                : new Entry(rest.substring(0, slash), 0, true));
            }
        });
        return List.copyOf(entries.values());
    }

    @Override
    public synchronized void delete(String path) {
        requireAlive();
        List<String> doomed = new ArrayList<>();
        for (String each : files.tailMap(path).keySet()) {
            if (each.equals(path) || each.startsWith(path + "/")) {
                doomed.add(each);
            }
        }
        for (String each : doomed) {
            operate(null, null);
            files.remove(each);
        }
    }

    private final class Stream extends OutputStream {
        private final String path;
        private final Content content;
        private final int mine = generation;

        Stream(String path, Content content) {
            this.path = path;
            this.content = content;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            synchronized (KillableStorage.this) {
                requireMine();
                byte[] written = Arrays.copyOfRange(bytes, offset, offset + length);
                operate(content, written);
                content.append(written);
            }
        }

        @Override
        public void close() throws IOException {
            synchronized (KillableStorage.this) {
                if (content.closed) {
                    return;
                }
                requireMine();
                operate(null, null);
                content.closed = true;
                if (kind.whenClosed) {
                    files.put(path, content);
                }
            }
        }

        private void requireMine() {
            if (mine != generation) {
                throw new Killed();
            }
        }
    }
}
