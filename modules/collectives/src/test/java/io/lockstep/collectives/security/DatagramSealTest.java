package io.lockstep.collectives.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DatagramSealTest {
    private final byte[] secret = new byte[32];
    private final AttemptKey key = new AttemptKey(secret, 1);
    private final DatagramSeal seal = new DatagramSeal(key, DatagramSeal.DATA, 1, 0);
    private final DatagramOpener opener = new DatagramOpener(key, DatagramSeal.DATA, 0, 3, -1);

    private static ByteBuffer packet(String text) {
        return ByteBuffer.allocateDirect(100)
                .put(text.getBytes(StandardCharsets.US_ASCII))
                .flip();
    }

    /** A copy with room, as a socket would deliver it. */
    private static ByteBuffer delivered(ByteBuffer sealed) {
        return ByteBuffer.allocateDirect(70_000).put(sealed.duplicate());
    }

    @Test
    void whatIsSealedIsOpened() {
        ByteBuffer packet = packet("gradient");
        ByteBuffer datagram = delivered(seal.seal(packet));
        assertThat(packet.remaining()).isEqualTo(8);
        assertThat(datagram.position()).isEqualTo(8 + DatagramSeal.OVERHEAD_BYTES);
        assertThat(opener.open(datagram, datagram.position())).isEqualTo(8);
        assertThat(opener.sender()).isEqualTo(1);
        assertThat(StandardCharsets.US_ASCII
                        .decode(datagram.duplicate().position(0).limit(8))
                        .toString())
                .isEqualTo("gradient");
    }

    @Test
    void theSamePacketNeverLooksTheSame() {
        byte[] first = new byte[20];
        byte[] second = new byte[20];
        seal.seal(packet("gradient")).get(12, first);
        seal.seal(packet("gradient")).get(12, second);
        assertThat(first).isNotEqualTo(second);
    }

    @Test
    void everyFlippedBitIsFound() {
        ByteBuffer datagram = delivered(seal.seal(packet("gradient")));
        int length = datagram.position();
        for (int bit = 0; bit < length * 8; bit++) {
            ByteBuffer flipped = delivered(datagram.duplicate().flip());
            flipped.put(bit / 8, (byte) (flipped.get(bit / 8) ^ 1 << bit % 8));
            assertThat(opener.open(flipped, length)).isEqualTo(-1);
        }
        assertThat(opener.open(datagram, length)).isEqualTo(8);
    }

    @Test
    void truncatedAndExtendedDatagramsAreDropped() {
        ByteBuffer datagram = delivered(seal.seal(packet("gradient")));
        int length = datagram.position();
        for (int shorter = 0; shorter < length; shorter++) {
            assertThat(opener.open(datagram, shorter)).isEqualTo(-1);
        }
        assertThat(opener.open(datagram, length + 1)).isEqualTo(-1);
        assertThat(opener.open(datagram, 70_000)).isEqualTo(-1);
        assertThat(opener.open(datagram, length)).isEqualTo(8);
    }

    @Test
    void aReplayedDatagramIsDropped() {
        List<ByteBuffer> datagrams = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            datagrams.add(delivered(seal.seal(packet("gradient"))));
        }
        for (int i : new int[] {3, 1, 19, 0, 2}) { // networks reorder
            ByteBuffer once = delivered(datagrams.get(i).duplicate().flip());
            assertThat(opener.open(once, once.position())).isEqualTo(8);
            ByteBuffer twice = delivered(datagrams.get(i).duplicate().flip());
            assertThat(opener.open(twice, twice.position())).isEqualTo(-1);
        }
    }

    @Test
    void aDatagramOlderThanTheWindowIsDropped() {
        ByteBuffer old = delivered(seal.seal(packet("gradient")));
        for (int i = 0; i < ReplayWindow.COUNTERS; i++) {
            ByteBuffer next = delivered(seal.seal(packet("gradient")));
            assertThat(opener.open(next, next.position())).isEqualTo(8);
        }
        assertThat(opener.open(old, old.position())).isEqualTo(-1);
    }

    @Test
    void otherKeysAttemptsDirectionsAndKindsDoNotOpen() {
        byte[] otherSecret = secret.clone();
        otherSecret[31] ^= 1;
        DatagramSeal[] strangers = {
            new DatagramSeal(new AttemptKey(otherSecret, 1), DatagramSeal.DATA, 1, 0),
            new DatagramSeal(new AttemptKey(secret, 2), DatagramSeal.DATA, 1, 0),
            new DatagramSeal(key, DatagramSeal.DATA, 0, 1),
            new DatagramSeal(key, DatagramSeal.DATA, 1, 2),
            new DatagramSeal(key, DatagramSeal.CONTROL, 1, 0),
        };
        for (DatagramSeal stranger : strangers) {
            ByteBuffer datagram = delivered(stranger.seal(packet("gradient")));
            assertThat(opener.open(datagram, datagram.position())).isEqualTo(-1);
        }
    }

    @Test
    void junkIsDroppedAndCounted() {
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) {
            byte[] junk = new byte[random.nextInt(2000)];
            random.nextBytes(junk);
            ByteBuffer datagram = ByteBuffer.allocateDirect(2000).put(junk);
            assertThat(opener.open(datagram, junk.length)).isEqualTo(-1);
        }
        assertThat(opener.rejected()).isEqualTo(1000);
    }

    /** RFC 5869, appendix A.1. */
    @Test
    void derivationIsHkdf() {
        HexFormat hex = HexFormat.of();
        byte[] pseudoRandomKey =
                AttemptKey.hmac(hex.parseHex("000102030405060708090a0b0c"), hex.parseHex("0b".repeat(22)));
        assertThat(hex.formatHex(pseudoRandomKey))
                .isEqualTo("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        assertThat(hex.formatHex(AttemptKey.expand(pseudoRandomKey, hex.parseHex("f0f1f2f3f4f5f6f7f8f9"), 42)))
                .isEqualTo("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }

    @Test
    void theKeyIsInNoMessage() {
        assertThat(key.toString()).doesNotContain("00");
    }
}
