package io.lockstep.datasets.shards;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A set of shards that is known but not read yet. It travels, if its storage does. */
final class ShardedSource implements DataSource, Serializable {
    private static final long serialVersionUID = 1;

    private final Storage storage;
    private final String folder;
    private final ShardManifest manifest;
    private final CacheOptions cache;

    private ShardedSource(Storage storage, String folder, ShardManifest manifest, CacheOptions cache) {
        this.storage = storage;
        this.folder = folder;
        this.manifest = manifest;
        this.cache = cache;
    }

    /** @throws io.lockstep.datasets.DatasetException if a shard is missing or of another length */
    static ShardedSource open(Storage storage, String folder, ShardManifest manifest, CacheOptions cache)
            throws IOException {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new DatasetException(folder + " cannot be read here: shards are little-endian, and this CPU is not");
        }
        for (Split split : Split.values()) {
            requireShards(
                    storage,
                    Storage.join(folder, ShardManifest.folder(split)),
                    manifest.parts().get(split));
        }
        return new ShardedSource(storage, folder, manifest, cache);
    }

    private static void requireShards(Storage storage, String folder, ShardManifest.Part part) throws IOException {
        if (part.shards().isEmpty()) {
            return;
        }
        Map<String, Long> found = new HashMap<>();
        try {
            storage.list(folder).forEach(entry -> found.put(entry.name(), entry.bytes()));
        } catch (FileNotFoundException e) {
            throw new DatasetNotFoundException(folder + " is missing, which " + ShardManifest.NAME + " names", e);
        }
        for (int i = 0; i < part.shards().size(); i++) {
            String name = ShardSet.fileName(i);
            Long bytes = found.get(name);
            if (bytes == null) {
                throw new DatasetNotFoundException(
                        Storage.join(folder, name) + " is missing, which " + ShardManifest.NAME + " names");
            }
            if (bytes != part.shards().get(i).bytes()) {
                throw new MalformedDatasetException(Storage.join(folder, name) + " has " + bytes + " bytes, and "
                        + ShardManifest.NAME + " says " + part.shards().get(i).bytes());
            }
        }
    }

    @Override
    public String name() {
        return manifest.name();
    }

    @Override
    public String format() {
        return "shards";
    }

    @Override
    public List<Field> fields() {
        return manifest.columns().stream().map(ShardColumn::field).toList();
    }

    @Override
    public List<String> classNames() {
        return manifest.classNames();
    }

    @Override
    public int examples(Split split) {
        return manifest.parts().get(split).examples();
    }

    @Override
    public int[] trainClassCounts() {
        return manifest.parts().get(Split.TRAIN).labelCounts().stream()
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public Dataset read(Split split, ExampleRange range) throws IOException {
        ShardManifest.Part part = manifest.parts().get(split);
        if (range.end() > part.examples()) {
            throw new IndexOutOfBoundsException(range + " of " + part.examples() + " examples");
        }
        List<ShardFile> files = new ArrayList<>();
        long first = 0;
        long firstOfRead = 0;
        for (int i = 0; i < part.shards().size(); i++) {
            long end = first + part.shards().get(i).examples();
            if (first < range.end() && end > range.start()) {
                firstOfRead = files.isEmpty() ? first : firstOfRead;
                files.add(ShardFile.open(
                        local(split, i),
                        manifest.columns(),
                        part.shards().get(i).footerCrc()));
            }
            first = end;
        }
        int skipped = (int) (range.start() - firstOfRead);
        var blocks = new ShardBlocks(files, new ExampleRange(skipped, skipped + range.size()));
        boolean whole = range.size() == part.examples();
        return ShardedExamples.of(manifest, split, blocks, whole);
    }

    @Override
    public boolean isSharded() {
        return true;
    }

    @Override
    public boolean hasPictures() {
        return manifest.columns().get(0).isPicture();
    }

    @Override
    public Optional<Normalization> knownNormalization() {
        ShardManifest.Part train = manifest.parts().get(Split.TRAIN);
        return hasPictures() && train.examples() > 0
                ? Optional.of(train.statistics().get(0).normalization())
                : Optional.empty();
    }

    private Path local(Split split, int index) throws IOException {
        String path = ShardSet.shard(folder, split, index);
        Optional<Path> here = storage.localPath(path);
        return here.isPresent() ? here.get() : new ShardCache(cache).fetch(storage, folder, manifest, split, index);
    }
}
