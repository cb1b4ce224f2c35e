package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.training.checkpoint.Checkpoint;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.checkpoint.FencedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What ranks know alone ({@link io.lockstep.training.Strategy#rankState}), on its way into a checkpoint and out of it. */
record RankStates(CheckpointStore store, ProcessGroup group) {
    /** Before what went wrong, where a hash would be. */
    private static final String FAILED = "!";

    /**
     * Each rank writes its file; a collective where ranks have something of their own.
     *
     * @param quiet called on rank 0 first: returns when no other checkpoint is being written
     * @return the files' hashes, by rank; none where ranks have nothing
     * @throws IOException on all ranks alike, if one of them could not write
     */
    List<String> write(long step, Turns turns, Runnable quiet) throws IOException {
        List<ByteBuffer> mine = turns.rankState();
        if (mine.isEmpty()) {
            return List.of();
        }
        IOException failure = null;
        if (group.rank() == 0) {
            quiet.run();
            failure = failureOf(() -> store.begin(step));
        }
        group.barrier();
        String[] hash = {""};
        if (failure == null) {
            failure = failureOf(() -> hash[0] = store.writeRankState(step, group.rank(), joined(mine)));
        }
        String told = failure == null ? hash[0] : FAILED + group.describe(group.rank()) + ": " + failure.getMessage();
        List<String> all = group.allGatherRecords(told.getBytes(StandardCharsets.UTF_8)).stream()
                .map(record -> new String(record, StandardCharsets.UTF_8))
                .toList();
        for (String each : all) {
            if (each.startsWith(FAILED)) {
                throw new IOException(
                        "cannot write the checkpoint of step " + step + ", " + each.substring(1), failure);
            }
        }
        return all;
    }

    private interface Writing {
        void run() throws IOException;
    }

    /** Null where there is none; a rank of a start that is over ends at once. */
    private static IOException failureOf(Writing writing) {
        try {
            writing.run();
            return null;
        } catch (FencedException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            return e;
        }
    }

    private static byte[] joined(List<ByteBuffer> buffers) {
        byte[] bytes = new byte[buffers.stream().mapToInt(ByteBuffer::limit).sum()];
        int at = 0;
        for (ByteBuffer each : buffers) {
            each.get(0, bytes, at, each.limit());
            at += each.limit();
        }
        return bytes;
    }

    /** This rank's share of what the ranks of a checkpoint knew; none if another strategy wrote it. */
    List<byte[]> of(Checkpoint checkpoint, Turns turns) throws IOException {
        List<byte[]> states = new ArrayList<>();
        if (checkpoint.state().strategy().equals(turns.strategy())) {
            for (int rank = group.rank(); rank < checkpoint.rankStateHashes().size(); rank += group.worldSize()) {
                states.add(store.rankState(checkpoint, rank));
            }
        }
        return states;
    }
}
