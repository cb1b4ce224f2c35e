package io.lockstep.datasets.shards;

import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FoundSet;
import java.util.List;
import java.util.Optional;

/** A folder of shards, by its manifest. */
public final class ShardFormat implements DataFormat {
    @Override
    public String whatIsRead() {
        return "shards with their " + ShardManifest.NAME;
    }

    @Override
    public List<FoundSet> find(DataFolder folder) {
        return folder.has(ShardManifest.NAME)
                ? List.of(FoundSet.ofFolder(
                        "shards, by their " + ShardManifest.NAME,
                        () -> ShardSet.open(
                                folder.storage(),
                                folder.path(),
                                folder.options().cache())))
                : List.of();
    }

    @Override
    public Optional<String> nearMiss(DataFolder folder) {
        return folder.has("00000.shard")
                ? Optional.of("it holds shards of one part of a set: name the folder above, which has their "
                        + ShardManifest.NAME)
                : Optional.empty();
    }
}
