package io.lockstep.collectives.security;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The receiving side of {@link DatagramSeal}, for the datagrams of one kind from all peers; one thread. Nothing of a
 * datagram but the twelve bytes in front is looked at before its tag is verified.
 */
public final class DatagramOpener {
    private final byte kind;
    private final SecretKey[] keys;
    private final ReplayWindow[] windows;
    private final Cipher cipher = AesGcm.cipher();
    private final byte[] header = new byte[DatagramSeal.HEADER_BYTES];
    private final byte[] sealed = new byte[DatagramSeal.LONGEST_DATAGRAM];
    private final byte[] plain = new byte[DatagramSeal.LONGEST_DATAGRAM];
    private int sender;
    private volatile long rejected;

    /** @param peer the only sender, or -1 for any rank but the receiver */
    public DatagramOpener(AttemptKey attemptKey, byte kind, int receiver, int worldSize, int peer) {
        this.kind = kind;
        keys = new SecretKey[worldSize];
        windows = new ReplayWindow[worldSize];
        for (int from = 0; from < worldSize; from++) {
            if (from != receiver && (peer < 0 || peer == from)) {
                keys[from] = DatagramSeal.key(attemptKey, kind, from, receiver);
                windows[from] = new ReplayWindow();
            }
        }
    }

    /**
     * Opens the datagram in bytes [0, length) and puts the packet in its place, from byte 0.
     *
     * @return the packet's length, or -1 when the datagram is to be dropped: no peer sent it, or it came before
     */
    public int open(ByteBuffer datagram, int length) {
        int opened = tryOpen(datagram, length);
        if (opened < 0) {
            rejected++;
        }
        return opened;
    }

    private int tryOpen(ByteBuffer datagram, int length) {
        if (length < DatagramSeal.OVERHEAD_BYTES || length > sealed.length) {
            return -1;
        }
        datagram.get(0, header);
        if (header[0] != DatagramSeal.VERSION || header[1] != kind) {
            return -1;
        }
        int from = (header[2] & 0xFF) << 8 | header[3] & 0xFF;
        if (from >= keys.length || keys[from] == null) {
            return -1;
        }
        long counter = 0;
        for (int i = 4; i < DatagramSeal.HEADER_BYTES; i++) {
            counter = counter << 8 | header[i] & 0xFF;
        }
        if (!windows[from].mayBeNew(counter)) {
            return -1;
        }
        int sealedBytes = length - DatagramSeal.HEADER_BYTES;
        datagram.get(DatagramSeal.HEADER_BYTES, sealed, 0, sealedBytes);
        try {
            cipher.init(Cipher.DECRYPT_MODE, keys[from], new GCMParameterSpec(DatagramSeal.TAG_BYTES * 8, header));
            int opened = cipher.doFinal(sealed, 0, sealedBytes, plain, 0);
            windows[from].mark(counter);
            datagram.put(0, plain, 0, opened);
            sender = from;
            return opened;
        } catch (GeneralSecurityException e) {
            return -1;
        }
    }

    /** Sender of the datagram opened last. */
    public int sender() {
        return sender;
    }

    /** Datagrams dropped so far. */
    public long rejected() {
        return rejected;
    }
}
