package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What ranks know alone ({@link Strategy#rankState}), on its way into a checkpoint and out of it. */
record RankStates(CheckpointStore store, ProcessGroup group) {
    /**
     * Each rank writes its file; a collective where ranks have something of their own.
     *
     * @param quiet called on rank 0 first: returns when no other checkpoint is being written
     * @return the files' hashes, by rank; none where ranks have nothing
     */
    List<String> write(long step, Players players, Runnable quiet) {
        List<ByteBuffer> mine = players.rankState();
        if (mine.isEmpty()) {
            return List.of();
        }
        try {
            if (group.rank() == 0) {
                quiet.run();
                store.begin(step);
            }
            group.barrier();
            String hash = store.writeRankState(step, group.rank(), joined(mine));
            return group.allGatherRecords(hash.getBytes(StandardCharsets.US_ASCII)).stream()
                    .map(record -> new String(record, StandardCharsets.US_ASCII))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write this rank's part of the checkpoint of step " + step, e);
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
    List<byte[]> of(Checkpoint checkpoint, Players players) throws IOException {
        List<byte[]> states = new ArrayList<>();
        if (checkpoint.state().strategy().equals(players.strategy())) {
            for (int rank = group.rank(); rank < checkpoint.rankStateHashes().size(); rank += group.worldSize()) {
                states.add(store.rankState(checkpoint, rank));
            }
        }
        return states;
    }
}
