package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The promise that can be checked: every rank's parameters have the same SHA-256. */
public final class ParameterHash {
    private ParameterHash() {}

    /** SHA-256 of the parameters' bytes, little-endian float32, as hexadecimal. */
    public static String of(Replica replica) {
        replica.toHost();
        return of(replica.parameters());
    }

    static String of(ByteBuffer floats) {
        MessageDigest digest = sha256();
        digest.update(floats.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * A collective: compares all ranks' hashes.
     *
     * @return the hashes by rank, all equal
     * @throws ReplicasDifferException naming the ranks in the minority
     */
    public static List<String> compare(Replica replica, ProcessGroup group, long step) {
        byte[] mine = HexFormat.of().parseHex(of(replica));
        List<String> hashes = group.allGatherRecords(mine).stream()
                .map(HexFormat.of()::formatHex)
                .toList();
        Map<String, List<Integer>> ranksByHash = new TreeMap<>();
        for (int rank = 0; rank < hashes.size(); rank++) {
            ranksByHash
                    .computeIfAbsent(hashes.get(rank), key -> new ArrayList<>())
                    .add(rank);
        }
        if (ranksByHash.size() > 1) {
            throw new ReplicasDifferException(step, ranksByHash);
        }
        return hashes;
    }
}
