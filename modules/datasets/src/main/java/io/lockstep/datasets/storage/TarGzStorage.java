package io.lockstep.datasets.storage;

import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.MalformedDatasetException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The files of a {@code .tar.gz}, unpacked into memory and for reading only, so that what lies in an archive is looked at as a
 * folder is: {@code ARCHIVE.tar.gz/MEMBER}. Immutable; any thread may call.
 */
public final class TarGzStorage implements Storage {
    private static final int MOST_MEMBERS = 100_000;

    private final String path;
    /** By path, without the archive's own. */
    private final Map<String, byte[]> members = new TreeMap<>();

    private static final int LARGEST_MEMBER = Integer.MAX_VALUE - 8;

    private TarGzStorage(String path) {
        this.path = path;
    }

    /** Whether a path is that of such an archive, by its ending. */
    public static boolean isArchive(String path) {
        return path.endsWith(".tar.gz") || path.endsWith(".tgz");
    }

    /** @throws DatasetException if it is damaged, or too large to be held in a third of the memory */
    public static TarGzStorage load(Storage storage, String path) throws IOException {
        long limit = Runtime.getRuntime().maxMemory() / 3;
        TarGzStorage archive = new TarGzStorage(path);
        try (InputStream raw = storage.open(path);
                InputStream in = new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16)) {
            TarReader tar = new TarReader(in, path);
            long bytes = 0;
            for (TarReader.Member member = tar.next(); member != null; member = tar.next()) {
                bytes += member.bytes();
                if (bytes > limit || member.bytes() > LARGEST_MEMBER || archive.members.size() >= MOST_MEMBERS) {
                    throw new DatasetException(path + " is too large to be unpacked in memory, of which it may take "
                            + (limit >> 20) + " MiB: unpack it, and name the folder, or give ranks more memory");
                }
                archive.members.put(member.name().replaceFirst("^(\\./)+", ""), tar.content());
            }
        } catch (EOFException | ZipException e) {
            throw new MalformedDatasetException(
                    path + " is no whole .tar.gz: " + e.getMessage() + "; download it again", e);
        }
        return archive;
    }

    /** The folder in it that all of its files lie in, or the archive itself. */
    public String root() {
        String first = members.isEmpty() ? "" : members.keySet().iterator().next();
        String folder = first.contains("/") ? first.substring(0, first.indexOf('/') + 1) : "";
        boolean all = !folder.isEmpty() && members.keySet().stream().allMatch(name -> name.startsWith(folder));
        return all ? path + "/" + folder.substring(0, folder.length() - 1) : path;
    }

    private String inside(String file) {
        if (file.equals(path)) {
            return "";
        }
        return file.startsWith(path + "/") ? file.substring(path.length() + 1) : file;
    }

    @Override
    public InputStream open(String file) throws IOException {
        byte[] content = members.get(inside(file));
        if (content == null) {
            throw new FileNotFoundException(file + ": no such file in the archive");
        }
        return new ByteArrayInputStream(content);
    }

    @Override
    public OutputStream create(String file) {
        throw new UnsupportedOperationException(path + " is only read");
    }

    @Override
    public boolean exists(String file) {
        String inside = inside(file);
        return members.keySet().stream().anyMatch(name -> name.equals(inside) || name.startsWith(inside + "/"));
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        String inside = inside(folder);
        String prefix = inside.isEmpty() ? "" : inside + "/";
        Map<String, Entry> entries = new TreeMap<>();
        members.forEach((name, content) -> {
            if (name.startsWith(prefix)) {
                String rest = name.substring(prefix.length());
                int slash = rest.indexOf('/');
                String own = slash < 0 ? rest : rest.substring(0, slash);
                entries.put(own, new Entry(own, slash < 0 ? content.length : 0, slash >= 0));
            }
        });
        if (entries.isEmpty()) {
            throw new FileNotFoundException(folder + ": no such folder in the archive");
        }
        return new ArrayList<>(entries.values());
    }

    @Override
    public void delete(String file) {
        throw new UnsupportedOperationException(path + " is only read");
    }
}
