package io.lockstep.runs.folder;

import io.lockstep.runs.settings.UsageException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that is there as a whole or not at all: written beside its place, and moved there by {@link #commit}. What is closed
 * without that leaves nothing, and what was there before stays.
 *
 * <pre>{@code
 * try (var file = CommittedFile.at(path)) {
 *     file.out().write(...);
 *     file.commit();
 * }
 * }</pre>
 *
 * <p>A pipe or a device ({@code /dev/stdout}) is written as it is.
 */
public final class CommittedFile implements AutoCloseable {
    private final Path target;
    /** What is written to; the target itself where it is no plain file. */
    private final Path written;

    private final OutputStream out;
    private boolean committed;

    private CommittedFile(Path target, Path written) throws IOException {
        this.target = target;
        this.written = written;
        out = Files.newOutputStream(written);
    }

    /** @throws UsageException if its folder is not there, or it is a folder itself */
    public static CommittedFile at(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new UsageException(path + " is a folder; name a file");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            return new CommittedFile(path, path);
        }
        Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath(); // a link stays one
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("cannot write " + path + ": there is no folder " + folder);
        }
        String name = "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part";
        try {
            return new CommittedFile(target, folder.resolve(name));
        } catch (IOException e) {
            throw new UsageException("cannot write " + path + ": " + RunFolderProbe.reason(e), e);
        }
    }

    public OutputStream out() {
        return out;
    }

    /** Call it when all is written, and nothing after it. */
    public void commit() throws IOException {
        out.close();
        if (!written.equals(target)) {
            Files.move(written, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        committed = true;
    }

    @Override
    public void close() throws IOException {
        out.close();
        if (!committed && !written.equals(target)) {
            Files.deleteIfExists(written);
        }
    }
}
