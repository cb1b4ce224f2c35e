package io.lockstep.collectives.tcp;

import io.lockstep.collectives.security.RecordSeal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Records to and from one peer over one non-blocking connection.
 *
 * <p>One record is filled in place and committed; what the socket does not take at once waits in the outbox. What has
 * arrived waits in the inbox; one record at a time is read in place and released. With security on both are done in a
 * buffer of their own, and sealed from there or opened to there. Buffers grow to what is used.
 */
final class Connection implements AutoCloseable {
    static final int LENGTH_BYTES = Integer.BYTES;

    private static final int FIRST_BYTES = 4096;
    private static final int READ_AHEAD_RECORDS = 4;

    private final SocketChannel channel;
    private final RecordSeal seal;
    private final RecordSeal opener;
    private final int longestRecord;
    private final int mostWaiting;
    private SelectionKey key;

    private ByteBuffer outbox = direct(FIRST_BYTES);
    private int outFrom;
    private int outTo;
    private ByteBuffer plainOut;
    private int claimedAt;

    private ByteBuffer inbox = direct(FIRST_BYTES);
    private int inFrom;
    private int inTo;
    private ByteBuffer plainIn;
    private int recordLength;
    private boolean held;
    private boolean ended;

    /**
     * @param seal and {@code opener} null where security is off
     * @param longestContent bytes of a record
     * @param records that fit into the outbox at least
     */
    Connection(SocketChannel channel, RecordSeal seal, RecordSeal opener, int longestContent, int records) {
        this.channel = channel;
        this.seal = seal;
        this.opener = opener;
        longestRecord = LENGTH_BYTES + longestContent + (seal == null ? 0 : RecordSeal.TAG_BYTES);
        mostWaiting = records * longestRecord;
        if (seal != null) {
            plainOut = direct(FIRST_BYTES);
            plainIn = direct(FIRST_BYTES);
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    void register(Selector selector) throws IOException {
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Whether the peer's side is gone: closed, reset, or it sent what it cannot have sent. */
    boolean ended() {
        return ended;
    }

    // ---- sending

    /** Makes room for a record of {@code bytes} at {@link #claimedAt} of {@link #claimed}; false when there is none. */
    boolean claim(int bytes) {
        int record = LENGTH_BYTES + bytes + (seal == null ? 0 : RecordSeal.TAG_BYTES);
        if (outTo - outFrom + record > mostWaiting) {
            return false;
        }
        makeRoom(record);
        if (seal != null && plainOut.capacity() < bytes) {
            plainOut = direct(grown(bytes, longestRecord));
        }
        claimedAt = seal == null ? outTo + LENGTH_BYTES : 0;
        return true;
    }

    private void makeRoom(int record) {
        if (outbox.capacity() - outTo >= record) {
            return;
        }
        int waiting = outTo - outFrom;
        ByteBuffer target = outbox;
        if (outbox.capacity() < waiting + record) {
            // twice what may wait, so that moving to the front is rare where the network is slower than the ranks
            target = direct(grown(waiting + record, 2 * mostWaiting));
        }
        target.put(0, outbox, outFrom, waiting);
        outbox = target;
        outFrom = 0;
        outTo = waiting;
    }

    private static int grown(int needed, int most) {
        return Math.min(most, Math.max(needed, 2 * Integer.highestOneBit(Math.max(1, needed - 1))));
    }

    ByteBuffer claimed() {
        return seal == null ? outbox : plainOut;
    }

    int claimedAt() {
        return claimedAt;
    }

    /** Sends the claimed record of {@code bytes}. */
    void commit(int bytes) {
        int length = bytes;
        if (seal != null) {
            seal.seal(plainOut, 0, bytes, outbox, outTo + LENGTH_BYTES);
            length += RecordSeal.TAG_BYTES;
        }
        outbox.putInt(outTo, length);
        boolean first = outFrom == outTo;
        outTo += LENGTH_BYTES + length;
        if (first) {
            flush(); // else the selector tells when the socket has room again
        }
    }

    boolean allSent() {
        return outFrom == outTo;
    }

    private void flush() {
        if (ended) {
            outFrom = outTo; // to nobody
            return;
        }
        try {
            outbox.limit(outTo).position(outFrom);
            outFrom += channel.write(outbox);
        } catch (IOException e) {
            outFrom = outTo; // the read side tells when it has read what came before
        } finally {
            outbox.clear();
        }
        if (outFrom == outTo) {
            outFrom = 0;
            outTo = 0;
        }
        interest(SelectionKey.OP_WRITE, outTo > 0);
    }

    private void interest(int operation, boolean wanted) {
        if (key.isValid()) {
            int now = key.interestOps();
            int next = wanted ? now | operation : now & ~operation;
            if (next != now) {
                key.interestOps(next);
            }
        }
    }

    // ---- receiving

    /** Whether a record is there: {@link #recordLength} bytes at {@link #recordAt} of {@link #record}. */
    boolean peek() {
        if (held) {
            return true;
        }
        if (inTo - inFrom < LENGTH_BYTES) {
            return false;
        }
        int length = inbox.getInt(inFrom);
        boolean possible = length >= 0 && length <= longestRecord - LENGTH_BYTES;
        if (possible && inTo - inFrom < LENGTH_BYTES + length) {
            return false;
        }
        recordLength = length;
        held = possible && (opener == null || openRecord(length));
        if (!held) {
            inFrom = inTo; // nothing that follows can be trusted
            end();
        }
        return held;
    }

    private boolean openRecord(int length) {
        int content = length - RecordSeal.TAG_BYTES;
        if (plainIn.capacity() < content) {
            plainIn = direct(grown(content, longestRecord));
        }
        recordLength = content;
        return opener.open(inbox, inFrom + LENGTH_BYTES, length, plainIn, 0);
    }

    ByteBuffer record() {
        return opener == null ? inbox : plainIn;
    }

    int recordAt() {
        return opener == null ? inFrom + LENGTH_BYTES : 0;
    }

    int recordLength() {
        return recordLength;
    }

    void release() {
        held = false;
        inFrom += LENGTH_BYTES + recordLength + (opener == null ? 0 : RecordSeal.TAG_BYTES);
        if (inFrom == inTo) {
            inFrom = 0;
            inTo = 0;
        }
        interest(SelectionKey.OP_READ, !ended);
    }

    /** Does what the selector says is possible; returns whether anything moved. */
    boolean move() {
        boolean moved = false;
        if (key.isValid() && key.isWritable()) {
            int before = outFrom;
            flush();
            moved = outFrom != before;
        }
        if (key.isValid() && key.isReadable()) {
            moved |= fill();
        }
        return moved;
    }

    private boolean fill() {
        if (!held || opener != null) {
            makeInboxRoom();
        }
        if (inTo == inbox.capacity()) {
            interest(SelectionKey.OP_READ, false); // until a record is released
            return false;
        }
        int read;
        try {
            inbox.limit(inbox.capacity()).position(inTo);
            read = channel.read(inbox);
        } catch (IOException e) {
            read = -1;
        } finally {
            inbox.clear();
        }
        if (read < 0) {
            end();
            return true;
        }
        inTo += read;
        return read > 0;
    }

    /** Moves what has arrived to the front where less than a record fits behind it; grows where it fills the inbox. */
    private void makeInboxRoom() {
        int free = inbox.capacity() - inTo;
        int waiting = inTo - inFrom;
        int most = READ_AHEAD_RECORDS * longestRecord;
        if (free == 0 && 2 * waiting > inbox.capacity() && inbox.capacity() < most) {
            moveInbox(direct(grown(2 * inbox.capacity(), most)));
        } else if (inFrom > 0 && free < longestRecord && waiting < inbox.capacity() / 2) {
            moveInbox(inbox);
        } else if (inFrom > 0 && free == 0) {
            moveInbox(inbox);
        }
    }

    private void moveInbox(ByteBuffer target) {
        int waiting = inTo - inFrom;
        target.put(0, inbox, inFrom, waiting);
        inbox = target;
        inFrom = 0;
        inTo = waiting;
    }

    private void end() {
        ended = true;
        if (key.isValid()) {
            interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE, false);
        }
    }

    @Override
    public void close() {
        ended = true;
        try {
            channel.close();
        } catch (IOException e) {
            ended = true; // closed as far as it can be
        }
    }
}
