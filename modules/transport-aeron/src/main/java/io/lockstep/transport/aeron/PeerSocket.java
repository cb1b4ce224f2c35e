package io.lockstep.transport.aeron;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.SendChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.lockstep.collectives.security.DatagramOpener;
import io.lockstep.collectives.security.DatagramSeal;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The socket of the publications to one peer. Where security is on, what they send is sealed, and what comes back is
 * opened or dropped.
 */
final class PeerSocket extends SendChannelEndpoint {
    private final Arrivals arrivals;
    private final DatagramSeal seal;
    private final DatagramOpener opener;

    /** @param seal and {@code opener} null where security is off */
    PeerSocket(
            UdpChannel channel,
            AtomicCounter statusIndicator,
            MediaDriver.Context context,
            Arrivals arrivals,
            DatagramSeal seal,
            DatagramOpener opener) {
        super(channel, statusIndicator, context);
        this.arrivals = arrivals;
        this.seal = seal;
        this.opener = opener;
    }

    @Override
    public void openDatagramChannel(AtomicCounter indicator) {
        super.openDatagramChannel(indicator);
        arrivals.watch(receiveDatagramChannel);
    }

    @Override
    public int send(ByteBuffer packet) {
        if (seal == null) {
            return super.send(packet);
        }
        int length = packet.remaining();
        int sent = super.send(seal.seal(packet));
        if (sent == 0) {
            return 0; // the socket buffer is full; Aeron offers the packet again
        }
        packet.position(packet.limit());
        return length;
    }

    @Override
    public int send(ByteBuffer packet, InetSocketAddress address) {
        throw new UnsupportedOperationException("publications to several destinations are not used");
    }

    @Override
    public InetSocketAddress receive(ByteBuffer buffer) {
        InetSocketAddress source = super.receive(buffer);
        if (source == null || seal == null) {
            return source;
        }
        int length = opener.open(buffer, buffer.position());
        if (length < 0) {
            return null;
        }
        buffer.position(length);
        return source;
    }
}
