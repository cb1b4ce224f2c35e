package io.lockstep.collectives.security;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM over the records of one direction of one stream, the sending or the receiving side; one thread.
 *
 * <p>A stream keeps its order, so the nonce is the number of the record, from 1, which both sides count and nobody
 * sends: a record that is lost, repeated, moved or changed does not open. A key serves one direction of one stream of
 * one group, so no nonce is used twice.
 */
public final class RecordSeal {
    /** Bytes that sealing adds. */
    public static final int TAG_BYTES = 16;

    private static final int NONCE_BYTES = 12;
    private static final int COUNTER_AT = 4;

    private final SecretKey key;
    private final Cipher cipher = AesGcm.cipher();
    private final byte[] nonce = new byte[NONCE_BYTES];
    private final ByteBuffer nonceView = ByteBuffer.wrap(nonce);
    private byte[] input = new byte[0];
    private byte[] output = new byte[0];
    private long counter;

    public RecordSeal(SecretKey key) {
        this.key = key;
    }

    /** Seals {@code length} bytes into {@code to}, which gets {@value #TAG_BYTES} more. */
    public void seal(ByteBuffer from, int at, int length, ByteBuffer to, int toAt) {
        try {
            int sealed = run(Cipher.ENCRYPT_MODE, from, at, length);
            to.put(toAt, output, 0, sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing a record of " + length + " bytes", e);
        }
    }

    /**
     * Opens {@code length} bytes into {@code to}, which gets {@value #TAG_BYTES} less.
     *
     * @return whether the peer sealed exactly this as its next record; if not, nothing was written
     */
    public boolean open(ByteBuffer from, int at, int length, ByteBuffer to, int toAt) {
        if (length < TAG_BYTES) {
            return false;
        }
        try {
            int opened = run(Cipher.DECRYPT_MODE, from, at, length);
            to.put(toAt, output, 0, opened);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The result is in {@code output}; returns its length. */
    private int run(int mode, ByteBuffer from, int at, int length) throws GeneralSecurityException {
        if (input.length < length) {
            input = new byte[length];
            output = new byte[length + TAG_BYTES];
        }
        from.get(at, input, 0, length);
        nonceView.putLong(COUNTER_AT, ++counter);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
        return cipher.doFinal(input, 0, length, output, 0);
    }
}
