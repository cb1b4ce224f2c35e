package io.lockstep.collectives.security;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM over the datagrams of one direction of one pair of ranks. The sending side; one thread.
 *
 * <pre>
 *  0        1        2                 4                                  12
 * +--------+--------+-----------------+-----------------------------------+------------------+----------+
 * | version|  kind  |   sender rank   |    counter, from 1 (big endian)   |    ciphertext    | tag (16) |
 * +--------+--------+-----------------+-----------------------------------+------------------+----------+
 * </pre>
 *
 * The twelve bytes in front are the nonce, and so they are authenticated. A key belongs to one kind and one direction of
 * one attempt and its counter never goes back, so no nonce is used twice.
 */
public final class DatagramSeal {
    static final byte VERSION = 1;
    /** What a publication sends: setup, data, heartbeats. */
    public static final byte DATA = 1;
    /** What a subscription sends back: status messages, NAKs. */
    public static final byte CONTROL = 2;

    static final int HEADER_BYTES = 12;
    static final int TAG_BYTES = 16;
    /** Bytes that sealing adds. */
    public static final int OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;

    static final int LONGEST_DATAGRAM = 65_536;

    private final SecretKey key;
    private final Cipher cipher;
    private final byte[] header = new byte[HEADER_BYTES];
    private final ByteBuffer headerView = ByteBuffer.wrap(header);
    private final byte[] plain = new byte[LONGEST_DATAGRAM];
    private final byte[] sealed = new byte[LONGEST_DATAGRAM + OVERHEAD_BYTES];
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(LONGEST_DATAGRAM + OVERHEAD_BYTES);
    private long counter;

    public DatagramSeal(AttemptKey attemptKey, byte kind, int sender, int receiver) {
        this.key = key(attemptKey, kind, sender, receiver);
        this.cipher = AesGcm.cipher();
        headerView.put(0, VERSION).put(1, kind).putShort(2, (short) sender);
    }

    static SecretKey key(AttemptKey attemptKey, byte kind, int sender, int receiver) {
        return attemptKey.derive("datagram-" + kind, sender, receiver, "AES");
    }

    /** Seals what is between position and limit, both of which stay; the result is valid until the next call. */
    public ByteBuffer seal(ByteBuffer packet) {
        int length = packet.remaining();
        headerView.putLong(4, ++counter);
        packet.get(packet.position(), plain, 0, length);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * 8, header));
            int written = cipher.doFinal(plain, 0, length, sealed, 0);
            datagram.clear();
            datagram.put(header).put(sealed, 0, written).flip();
            return datagram;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing a datagram of " + length + " bytes", e);
        }
    }
}
