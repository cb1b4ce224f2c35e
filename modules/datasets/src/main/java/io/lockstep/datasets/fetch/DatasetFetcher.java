package io.lockstep.datasets.fetch;

import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings a published data set into the data home, where {@link DataCatalog} finds it by name.
 *
 * <pre>{@code
 * new DatasetFetcher(Path.of("data")).fetch("cifar10", (file, received, total) -> ...);
 * }</pre>
 *
 * <p>Blocks until done. Goes through the proxy that the JVM is told of ({@code -Dhttps.proxyHost}). Another fetch of the
 * same set into the same home fails at once instead of waiting.
 */
public final class DatasetFetcher {
    private final Path home;
    private final FetchOptions options;
    private final List<PublishedSet> published;
    private final HttpClient client;

    public DatasetFetcher(Path home) {
        this(home, FetchOptions.DEFAULTS);
    }

    DatasetFetcher(Path home, FetchOptions options) {
        this(home, options, PublishedSet.ALL);
    }

    DatasetFetcher(Path home, FetchOptions options, List<PublishedSet> published) {
        this.home = home;
        this.options = options;
        this.published = published;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(options.connectTimeout())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .version(HttpClient.Version.HTTP_1_1);
        if (ProxySelector.getDefault() != null) {
            builder.proxy(ProxySelector.getDefault());
        }
        this.client = builder.build();
    }

    public static List<String> names() {
        return PublishedSet.ALL.stream().map(PublishedSet::name).toList();
    }

    /**
     * The folder of the set; one that is already there is left as it is, without a look at the network.
     *
     * @throws DatasetNotFoundException when no published set has that name
     * @throws FetchException with a message for people; the same call again goes on where this one broke off
     */
    public Path fetch(String name, FetchProgress progress) throws IOException {
        PublishedSet set = published.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DatasetNotFoundException("'" + name + "' cannot be fetched; "
                        + String.join(" and ", names()) + " can, and shapes needs no download"));
        Path place = home.resolve(set.folder());
        if (Files.exists(place)) {
            return place;
        }
        Path work = home.resolve(".fetch-" + name);
        Files.createDirectories(work);
        try (var lockFile = lockFile(work)) {
            lock(lockFile, work); // until the file is closed
            if (!Files.exists(place)) {
                fetch(set, work, place, progress);
            }
        }
        new LocalStorage().delete(work.toString());
        return place;
    }

    private void fetch(PublishedSet set, Path work, Path place, FetchProgress progress) throws IOException {
        List<Path> files = new ArrayList<>();
        for (PublishedFile file : set.files()) {
            files.add(new Download(client, options, file, work, progress).run());
        }
        Path complete = work.resolve("complete");
        new LocalStorage().delete(complete.toString()); // of a fetch that was killed
        Files.createDirectory(complete);
        if (set.archiveMembers().isEmpty()) {
            for (Path file : files) {
                // copies: a fetch that is killed here finds its downloads again
                Files.copy(file, complete.resolve(file.getFileName()));
            }
        } else {
            new TarGz(files.get(0), set.archiveMembers(), set.largestMemberBytes()).unpack(complete);
        }
        new DataCatalog(new LocalStorage(), home.toString()).resolve(complete.toString());
        Files.move(complete, place, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileChannel lockFile(Path work) throws IOException {
        return FileChannel.open(work.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void lock(FileChannel file, Path work) throws IOException {
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null; // held by this process
        }
        if (lock == null) {
            throw new FetchException("another fetch is writing to " + work + "; wait for it to end");
        }
    }
}
