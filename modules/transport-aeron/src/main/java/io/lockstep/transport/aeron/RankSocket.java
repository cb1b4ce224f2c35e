package io.lockstep.transport.aeron;

import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.lockstep.collectives.security.DatagramOpener;
import io.lockstep.collectives.security.DatagramSeal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The bound socket of a rank. Where security is on, datagrams of all peers are opened or dropped, and what goes back to
 * a peer is sealed for it.
 *
 * <p>Then nothing is sent to an address from which no authentic datagram came, nor to one that is not the peer's of the
 * rendezvous.
 */
final class RankSocket extends ReceiveChannelEndpoint {
    /** Junk that one call drops before Aeron does other work again. */
    private static final int MOST_DROPPED_IN_A_ROW = 64;

    private final Arrivals arrivals;
    private final DatagramOpener opener;
    private final DatagramSeal[] seals;
    private final InetAddress[] addresses;
    private final Map<InetSocketAddress, DatagramSeal> sealsBySource = new HashMap<>();

    /**
     * @param opener null where security is off
     * @param seals for what goes back, by rank
     * @param addresses of the peers, by rank
     */
    RankSocket(
            UdpChannel channel,
            DataPacketDispatcher dispatcher,
            AtomicCounter statusIndicator,
            MediaDriver.Context context,
            Arrivals arrivals,
            DatagramOpener opener,
            DatagramSeal[] seals,
            InetAddress[] addresses) {
        super(channel, dispatcher, statusIndicator, context);
        this.arrivals = arrivals;
        this.opener = opener;
        this.seals = seals;
        this.addresses = addresses;
    }

    @Override
    public void openDatagramChannel(AtomicCounter indicator) {
        super.openDatagramChannel(indicator);
        arrivals.watch(receiveDatagramChannel);
    }

    @Override
    public InetSocketAddress receive(ByteBuffer buffer) {
        if (opener == null) {
            return super.receive(buffer);
        }
        for (int dropped = 0; dropped < MOST_DROPPED_IN_A_ROW; dropped++) {
            InetSocketAddress source = super.receive(buffer);
            if (source == null) {
                return null;
            }
            int length = opener.open(buffer, buffer.position());
            if (length >= 0 && source.getAddress().equals(addresses[opener.sender()])) {
                if (!sealsBySource.containsKey(source)) {
                    sealsBySource.put(source, seals[opener.sender()]);
                }
                buffer.position(length);
                return source;
            }
        }
        return null;
    }

    @Override
    public int sendTo(ByteBuffer packet, InetSocketAddress address) {
        if (opener == null) {
            return super.sendTo(packet, address);
        }
        DatagramSeal seal = sealsBySource.get(address);
        if (seal == null) {
            return 0;
        }
        int length = packet.remaining();
        return super.sendTo(seal.seal(packet), address) == 0 ? 0 : length;
    }
}
