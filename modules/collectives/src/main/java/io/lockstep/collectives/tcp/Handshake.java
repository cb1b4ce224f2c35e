package io.lockstep.collectives.tcp;

import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.security.RecordSeal;
import io.lockstep.collectives.transport.Advertisement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;

/**
 * What two ranks say to each other first, and the keys of what follows. Both are bound to the nonces of the two
 * advertisements, which are fresh for each group and came over a trusted channel: what was recorded of another group, or
 * of another pair, proves nothing here.
 */
record Handshake(List<Advertisement> ranks, int rank, AttemptKey key) {
    static final int BYTES = 40;
    /** Connection of frames, and of statuses. */
    static final short FRAMES = 1;

    static final short STATUSES = 2;

    /** "LS", and the version of what a connection carries. */
    private static final int MAGIC = 0x4C53_0001;

    private static final int KIND_AT = 4;
    private static final int SENDER_AT = 6;
    private static final int PROOF_AT = 8;
    private static final int PROOF_BYTES = 32;

    ByteBuffer hello(short kind, int to) {
        ByteBuffer hello = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        hello.putInt(0, MAGIC).putShort(KIND_AT, kind).putShort(SENDER_AT, (short) rank);
        hello.put(PROOF_AT, key.proof(purpose(kind, rank, to), rank, to, new byte[0]));
        return hello;
    }

    /** The sender of a whole hello, if it proves to be one of the peers; else -1. */
    int senderOf(ByteBuffer hello) {
        int sender = hello.getShort(SENDER_AT) & 0xFFFF;
        short kind = kindOf(hello);
        boolean plausible = hello.getInt(0) == MAGIC
                && (kind == FRAMES || kind == STATUSES)
                && sender < ranks.size()
                && sender != rank;
        byte[] proof = new byte[PROOF_BYTES];
        hello.get(PROOF_AT, proof);
        return plausible && key.proves(proof, purpose(kind, sender, rank), sender, rank, new byte[0]) ? sender : -1;
    }

    static short kindOf(ByteBuffer hello) {
        return hello.getShort(KIND_AT);
    }

    /** For the records from one rank to another. */
    RecordSeal seal(short kind, int from, int to) {
        return new RecordSeal(key.derive(purpose(kind, from, to) + "/records", from, to, "AES"));
    }

    private String purpose(short kind, int from, int to) {
        HexFormat hex = HexFormat.of();
        return "tcp-" + kind + "/" + hex.formatHex(ranks.get(from).nonce()) + "/"
                + hex.formatHex(ranks.get(to).nonce());
    }
}
