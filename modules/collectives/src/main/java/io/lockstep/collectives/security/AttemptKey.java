package io.lockstep.collectives.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of one attempt, and what is derived from it by HKDF-SHA256 (RFC 5869): one key for each use and each
 * direction, so that no nonce can meet another under one key and no frame can be turned round. The secret itself never
 * encrypts or authenticates anything.
 */
public final class AttemptKey {
    private static final int HASH_BYTES = 32;

    private final byte[] pseudoRandomKey;

    /**
     * @param secret 32 bytes, drawn afresh for each attempt
     * @param attempt goes into every derived key: another attempt's frames do not authenticate
     */
    public AttemptKey(byte[] secret, int attempt) {
        byte[] salt = ByteBuffer.allocate(16)
                .put("lockstep/1".getBytes(StandardCharsets.US_ASCII))
                .putInt(12, attempt)
                .array();
        pseudoRandomKey = hmac(salt, secret);
    }

    /** A key for what {@code from} sends to {@code to} for one purpose. */
    public SecretKey derive(String purpose, int from, int to, String algorithm) {
        byte[] info = (purpose + "/" + from + ">" + to).getBytes(StandardCharsets.US_ASCII);
        return new SecretKeySpec(expand(pseudoRandomKey, info, HASH_BYTES), algorithm);
    }

    /** Proves knowledge of the secret: a MAC of {@code message} under a key that {@code from} uses towards {@code to}. */
    public byte[] proof(String purpose, int from, int to, byte[] message) {
        return hmac(derive(purpose, from, to, "HmacSHA256").getEncoded(), message);
    }

    /** In constant time. */
    public boolean proves(byte[] proof, String purpose, int from, int to, byte[] message) {
        return MessageDigest.isEqual(proof, proof(purpose, from, to, message));
    }

    /** HKDF-Expand. */
    static byte[] expand(byte[] key, byte[] info, int length) {
        byte[] output = new byte[length];
        byte[] block = new byte[0];
        int filled = 0;
        for (int counter = 1; filled < length; counter++) {
            block = hmac(
                    key,
                    ByteBuffer.allocate(block.length + info.length + 1)
                            .put(block)
                            .put(info)
                            .put((byte) counter)
                            .array());
            int take = Math.min(block.length, length - filled);
            System.arraycopy(block, 0, output, filled, take);
            filled += take;
        }
        return output;
    }

    /** HKDF-Extract is HMAC with the salt as key. */
    static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[HASH_BYTES] : key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    /** Forgets the secret, as far as a JVM can. Derived keys stay valid. */
    public void destroy() {
        Arrays.fill(pseudoRandomKey, (byte) 0);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "AttemptKey";
    }
}
