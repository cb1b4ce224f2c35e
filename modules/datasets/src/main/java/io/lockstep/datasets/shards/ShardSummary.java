package io.lockstep.datasets.shards;

import java.io.Serializable;
import java.util.List;

/**
 * What is in a shard, as its writer has counted it.
 *
 * @param sha256 of the whole file
 * @param footerCrc its footer's checksum, which differs where any block's does
 * @param labelCounts examples of each class from 0 on, where the labels are classes; empty otherwise
 */
public record ShardSummary(
        int examples,
        long bytes,
        String sha256,
        int footerCrc,
        List<Long> labelCounts,
        List<ColumnStatistics> statistics)
        implements Serializable {
    public ShardSummary {
        labelCounts = List.copyOf(labelCounts);
        statistics = List.copyOf(statistics);
    }
}
