package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.UnreadExample;
import io.lockstep.training.RunEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What ranks tell each other of examples that they could not read and have left out. Every rank runs the same steps all the
 * same, some of them on fewer examples.
 */
final class UnreadReports {
    private static final int MOST_REASONS = 3;
    private static final int MOST_LETTERS = 1000;

    private final boolean skips;
    private final ProcessGroup group;
    private final Consumer<RunEvent.LeftOut> events;

    /**
     * @param skips whether such examples are left out, and do not end the run: the same on all ranks
     * @param events told by rank 0
     */
    UnreadReports(boolean skips, ProcessGroup group, Consumer<RunEvent.LeftOut> events) {
        this.skips = skips;
        this.group = group;
        this.events = events;
    }

    /** A collective, where examples may be left out. */
    void tell(long stepsDone, BatchLoader loader) {
        if (!skips) {
            return;
        }
        long examples = 0;
        List<String> reasons = new ArrayList<>();
        List<byte[]> records = group.allGatherRecords(record(loader.leftOut()));
        for (int rank = 0; rank < records.size(); rank++) {
            ByteBuffer record = ByteBuffer.wrap(records.get(rank));
            examples += record.getLong();
            String own = StandardCharsets.UTF_8.decode(record).toString();
            for (String reason : own.lines().toList()) {
                reasons.add(group.describe(rank) + ": " + reason);
            }
        }
        if (examples > 0 && group.rank() == 0) {
            events.accept(new RunEvent.LeftOut(stepsDone, examples, List.copyOf(reasons)));
        }
    }

    /** For people, in one line. */
    static String told(RunEvent.LeftOut event) {
        return event.examples() + (event.examples() == 1 ? " example" : " examples")
                + " could not be read, and the test goes without: " + String.join(", ", event.why());
    }

    /** How many, then reasons, one a line. */
    private static byte[] record(List<UnreadExample> mine) {
        Set<String> reasons = new LinkedHashSet<>();
        for (UnreadExample example : mine) {
            if (reasons.size() < MOST_REASONS) {
                String why = example.why().replace('\n', ' ');
                reasons.add(why.substring(0, Math.min(MOST_LETTERS, why.length())));
            }
        }
        byte[] text = String.join("\n", reasons).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(mine.size())
                .put(text)
                .array();
    }
}
