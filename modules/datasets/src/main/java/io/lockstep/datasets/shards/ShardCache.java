package io.lockstep.datasets.shards;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserPrincipal;
import java.security.DigestOutputStream;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shards of remote sets, on this host's disk:
 *
 * <pre>
 *   CONTENT/train/00000.shard ...   of the set with that content hash; copied, held against its own hash, then renamed
 *   CONTENT.use                     whoever reads the set shares a lock on it until its JVM ends; touched when it begins to
 *   copying.lock                    who copies, or makes room, has it alone
 * </pre>
 *
 * <p>A set is found again by its content, wherever it comes from. A copy that was begun and not ended, as its process was
 * killed, is begun anew. Where there is no room, sets go that nobody reads, the one first that was used the longest ago.
 */
final class ShardCache {
    private static final String USE = ".use";
    private static final String PART = ".part";
    private static final int COPY_BYTES = 1 << 20;

    private final CacheOptions options;
    private final Path folder;

    ShardCache(CacheOptions options) {
        this.options = options;
        this.folder = options.path().toAbsolutePath();
    }

    /** A shard's file here; copied, unless it is. */
    Path fetch(Storage storage, String source, ShardManifest manifest, Split split, int index) throws IOException {
        ShardManifest.Shard shard = manifest.parts().get(split).shards().get(index);
        Path target = folder.resolve(manifest.content()).resolve(ShardSet.shard(split, index));
        Files.createDirectories(folder);
        requireOwn();
        use(manifest.content());
        if (isWhole(target, shard)) {
            return target;
        }
        try (var alone = CacheLock.alone(folder.resolve("copying.lock"))) {
            if (!isWhole(target, shard)) { // another process may have copied it meanwhile
                Files.createDirectories(target.getParent());
                clean(target.getParent());
                makeRoom(shard.bytes(), manifest);
                copy(storage, ShardSet.shard(source, split, index), target, shard);
            }
        }
        return target;
    }

    /** The folder in the temporary one, where others may have made it: what they put there would be trained on. */
    private void requireOwn() throws IOException {
        if (!options.folder().isEmpty()) {
            return; // chosen, and perhaps shared
        }
        Path mine = Files.createTempFile(folder, "owner", PART);
        try {
            UserPrincipal owner = Files.getOwner(folder);
            if (!owner.equals(Files.getOwner(mine))) {
                throw new DatasetException("the cache " + folder + " belongs to " + owner.getName()
                        + ", and not to whoever runs this; choose another folder by cache-dir");
            }
        } finally {
            Files.deleteIfExists(mine);
        }
    }

    private void use(String content) throws IOException {
        Path file = folder.resolve(content + USE);
        CacheLock.shared(file);
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
    }

    private static boolean isWhole(Path file, ShardManifest.Shard shard) throws IOException {
        return Files.exists(file) && Files.size(file) == shard.bytes();
    }

    /** Nobody copies now, so that what was begun will not be ended. */
    private static void clean(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (file.toString().endsWith(PART)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static void copy(Storage storage, String source, Path target, ShardManifest.Shard shard)
            throws IOException {
        Path part = target.resolveSibling(target.getFileName() + PART);
        var sha256 = ShardManifest.newSha256();
        try (InputStream in = storage.open(source);
                OutputStream out = new DigestOutputStream(Files.newOutputStream(part), sha256)) {
            byte[] some = new byte[COPY_BYTES];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                out.write(some, 0, read);
            }
        }
        if (!HexFormat.of().formatHex(sha256.digest()).equals(shard.sha256())) {
            Files.deleteIfExists(part);
            throw new MalformedDatasetException(
                    source + " is damaged: it does not have the SHA-256 that " + ShardManifest.NAME + " says");
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private void makeRoom(long bytes, ShardManifest wanted) throws IOException {
        long kept = size(folder);
        long limit = options.limitBytes() > 0
                ? options.limitBytes()
                : (kept + Files.getFileStore(folder).getUsableSpace()) / 2;
        for (String content : leastRecentlyUsed()) {
            if (kept + bytes <= limit) {
                return;
            }
            if (!content.equals(wanted.content())) {
                kept -= remove(content);
            }
        }
        if (kept + bytes > limit) {
            long all = wanted.parts().values().stream()
                    .mapToLong(ShardManifest.Part::bytes)
                    .sum();
            throw new DatasetException("the cache " + folder + " may hold " + megabytes(limit) + ", has "
                    + megabytes(kept) + " of sets in use, and " + wanted.name() + " takes " + megabytes(all)
                    + "; raise cache-limit-mb, choose another disk by cache-dir, or have the shards on a disk that all"
                    + " hosts share");
        }
    }

    private static String megabytes(long bytes) {
        return (bytes >> 20) + " MB";
    }

    private List<String> leastRecentlyUsed() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> uses = files.filter(file -> file.toString().endsWith(USE))
                    .sorted(Comparator.comparingLong(ShardCache::lastUsed))
                    .toList();
            return uses.stream()
                    .map(file -> file.getFileName().toString().replace(USE, ""))
                    .toList();
        }
    }

    private static long lastUsed(Path file) {
        return file.toFile().lastModified();
    }

    /** Returns the bytes that are free then: none, if somebody reads the set. */
    private long remove(String content) throws IOException {
        Path set = folder.resolve(content);
        try (var lock = CacheLock.tryAlone(folder.resolve(content + USE))) {
            if (lock == null || !Files.exists(set)) {
                return 0;
            }
            long bytes = size(set);
            try (Stream<Path> files = Files.walk(set)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
            return bytes;
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum(); // folders count a little, too
        }
    }
}
