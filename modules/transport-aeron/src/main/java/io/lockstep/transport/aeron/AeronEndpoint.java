package io.lockstep.transport.aeron;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.RegistrationException;
import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.security.DatagramOpener;
import io.lockstep.collectives.security.DatagramSeal;
import io.lockstep.collectives.sharedmemory.PrivateDirectory;
import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.Endpoint;
import io.lockstep.collectives.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NoOpLock;

/**
 * A rank's media driver, client and bound socket: opened before the rendezvous, joined to the peers after it.
 *
 * <p>The driver has no thread of its own: whoever owns the group drives it. It lives in a private directory.
 */
final class AeronEndpoint implements Endpoint {
    static final int DATA_STREAM = 1;
    static final int STATUS_STREAM = 2;

    private static final System.Logger LOG = System.getLogger(AeronEndpoint.class.getName());

    private static final int FRAME_ALIGNMENT = 32;
    private static final int STATUS_TERM_BYTES = 64 * 1024;
    /** Holds a status record, and fits any network. */
    private static final int STATUS_MTU_BYTES = 192;

    private final GroupOptions options;
    private final TransportOptions transport;
    private final int mtuBytes;
    private final PrivateDirectory directory;
    private final Map<InetSocketAddress, Integer> ranksByEndpoint = new HashMap<>();
    private final InetAddress[] addresses;
    private final DatagramSeal[] dataSeals;
    private final DatagramSeal[] controlSeals;
    private final DatagramOpener[] controlOpeners;
    private final Arrivals arrivals = new Arrivals();
    private DatagramOpener dataOpener;
    private MediaDriver driver;
    private Aeron aeron;
    private Subscription data;
    private Subscription status;
    /** By this name the second subscription finds the socket of the first, whose port the kernel chose. */
    private int socketTag;

    private int port;

    private AeronEndpoint(GroupOptions options, TransportOptions transport, AttemptKey key) {
        this.options = options;
        this.transport = transport;
        int worldSize = options.worldSize();
        addresses = new InetAddress[worldSize];
        dataSeals = new DatagramSeal[worldSize];
        controlSeals = new DatagramSeal[worldSize];
        controlOpeners = new DatagramOpener[worldSize];
        boolean sealed = options.security() == GroupOptions.Security.ON;
        int payload = transport.datagrams().mtuBytes() > 0
                ? transport.datagrams().mtuBytes()
                : Network.unfragmentedBytes(Network.resolve(options.bindAddress()));
        mtuBytes = (payload - (sealed ? DatagramSeal.OVERHEAD_BYTES : 0)) / FRAME_ALIGNMENT * FRAME_ALIGNMENT;
        if (sealed) {
            deriveKeys(key);
        }
        directory = PrivateDirectory.create(transport.directory());
    }

    private void deriveKeys(AttemptKey key) {
        int rank = options.rank();
        dataOpener = new DatagramOpener(key, DatagramSeal.DATA, rank, options.worldSize(), -1);
        for (int peer = 0; peer < options.worldSize(); peer++) {
            if (peer != rank) {
                dataSeals[peer] = new DatagramSeal(key, DatagramSeal.DATA, rank, peer);
                controlSeals[peer] = new DatagramSeal(key, DatagramSeal.CONTROL, rank, peer);
                controlOpeners[peer] = new DatagramOpener(key, DatagramSeal.CONTROL, rank, options.worldSize(), peer);
            }
        }
    }

    static AeronEndpoint open(GroupOptions options, TransportOptions transport, AttemptKey key) {
        AeronEndpoint endpoint = new AeronEndpoint(options, transport, key);
        try {
            endpoint.launch();
            return endpoint;
        } catch (RuntimeException e) {
            endpoint.close();
            throw e;
        }
    }

    @Override
    public int port() {
        return port;
    }

    /** Longest packet of Aeron's, before sealing. */
    @Override
    public int mtuBytes() {
        return mtuBytes;
    }

    private void launch() {
        int window = Math.min(
                transport.datagrams().windowBytes(), transport.datagrams().termBytes() / 2);
        int receiveBuffer = Network.grantedReceiveBuffer(2 * window);
        window = Math.min(window, receiveBuffer);
        int sendBuffer = Network.grantedSendBuffer(Math.max(window, mtuBytes + DatagramSeal.OVERHEAD_BYTES));
        String path = directory.path().resolve("aeron").toString();
        MediaDriver.Context context = new MediaDriver.Context()
                .aeronDirectoryName(path)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.INVOKER)
                .warnIfDirectoryExists(false)
                .termBufferSparseFile(true)
                .publicationTermBufferLength(transport.datagrams().termBytes())
                .publicationTermWindowLength(window)
                .initialWindowLength(window)
                .mtuLength(mtuBytes)
                .socketRcvbufLength(receiveBuffer)
                .socketSndbufLength(sendBuffer)
                .spiesSimulateConnection(false)
                .errorHandler(error -> LOG.log(Level.DEBUG, "media driver", error));
        context.receiveChannelEndpointSupplier((channel, dispatcher, indicator, driverContext) -> new RankSocket(
                channel, dispatcher, indicator, driverContext, arrivals, dataOpener, controlSeals, addresses));
        context.sendChannelEndpointSupplier((channel, indicator, driverContext) -> {
            int peer = ranksByEndpoint.get(channel.remoteData());
            return new PeerSocket(channel, indicator, driverContext, arrivals, dataSeals[peer], controlOpeners[peer]);
        });
        driver = MediaDriver.launch(context);
        aeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(path)
                .driverAgentInvoker(driver.sharedAgentInvoker())
                .useConductorAgentInvoker(true)
                .clientLock(NoOpLock.INSTANCE)
                .errorHandler(error -> LOG.log(Level.DEBUG, "client", error)));
        bind();
    }

    private void bind() {
        try {
            long until = System.nanoTime() + options.deadline().toNanos();
            transport.ports().bindFirst(port -> bind(port, until));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot bind UDP " + options.bindAddress() + ":" + transport.ports(), e);
        }
        status = aeron.addSubscription("aeron:udp?tags=" + socketTag, STATUS_STREAM);
    }

    private void bind(int wanted, long until) throws BindException {
        socketTag++; // a channel that failed keeps its tag
        String channel = "aeron:udp?tags=" + socketTag + "|endpoint=" + literal(options.bindAddress()) + ":" + wanted;
        try {
            data = aeron.addSubscription(channel, DATA_STREAM);
        } catch (RegistrationException e) { // its message tells the system's
            throw (BindException) new BindException(e.getMessage()).initCause(e);
        }
        String resolved = null;
        while (resolved == null) {
            drive();
            if (data.channelStatus() == io.aeron.status.ChannelEndpointStatus.ERRORED || System.nanoTime() > until) {
                throw new BindException("the media driver cannot bind " + channel);
            }
            resolved = data.resolvedEndpoint();
        }
        port = Integer.parseInt(resolved.substring(resolved.lastIndexOf(':') + 1));
    }

    private static String literal(String address) {
        return address.indexOf(':') >= 0 && !address.startsWith("[") ? "[" + address + "]" : address;
    }

    /** One round of the driver and the client; returns how much there was to do. */
    int drive() {
        return driver.sharedAgentInvoker().invoke()
                + aeron.conductorAgentInvoker().invoke();
    }

    /** Sleeps until a datagram arrives, or for about that long. */
    void await(long nanos) {
        arrivals.await(nanos);
    }

    @Override
    public Transport join(List<Advertisement> ranks) {
        String host = ranks.get(options.rank()).host();
        int worldSize = options.worldSize();
        ExclusivePublication[] dataTo = new ExclusivePublication[worldSize];
        ExclusivePublication[] statusTo = new ExclusivePublication[worldSize];
        for (Advertisement peer : ranks) {
            if (!peer.host().equals(host)) {
                addresses[peer.rank()] = Network.resolve(peer.address());
                ranksByEndpoint.put(new InetSocketAddress(addresses[peer.rank()], peer.port()), peer.rank());
            }
        }
        int sessionBase = ByteBuffer.wrap(ranks.get(0).nonce()).getInt() & ~0xFFFF;
        for (Advertisement peer : ranks) {
            if (!peer.host().equals(host)) {
                String channel = "aeron:udp?endpoint=" + literal(peer.address()) + ":" + peer.port() + "|interface="
                        + literal(options.bindAddress()) + "|linger=0|" + CommonContext.SESSION_ID_PARAM_NAME + "="
                        + (sessionBase | options.rank());
                dataTo[peer.rank()] = aeron.addExclusivePublication(channel, DATA_STREAM);
                statusTo[peer.rank()] = aeron.addExclusivePublication(
                        channel + "|term-length=" + STATUS_TERM_BYTES + "|mtu=" + STATUS_MTU_BYTES, STATUS_STREAM);
            }
        }
        AeronTransport joined = new AeronTransport(this, ranks, options.rank(), dataTo, statusTo, data, status);
        awaitPeers(joined, ranks);
        return joined;
    }

    private void awaitPeers(AeronTransport joined, List<Advertisement> ranks) {
        long until = System.nanoTime() + options.deadline().toNanos();
        int missing;
        while ((missing = joined.firstUnconnected()) >= 0) {
            if (drive() == 0) {
                await(1_000_000);
            }
            if (System.nanoTime() > until) {
                throw new PeerLostException(
                        missing,
                        ranks.get(options.rank()).describe() + " lost "
                                + ranks.get(missing).describe()
                                + " while joining the group: no connection by UDP to port "
                                + ranks.get(missing).port() + " within "
                                + options.deadline().toMillis()
                                + " ms; is UDP open between the hosts, and the key of both ranks the same?",
                        null);
            }
        }
    }

    /** Datagrams that came from nobody in the group. */
    long rejectedDatagrams() {
        long rejected = dataOpener == null ? 0 : dataOpener.rejected();
        for (DatagramOpener opener : controlOpeners) {
            rejected += opener == null ? 0 : opener.rejected();
        }
        return rejected;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(aeron, driver);
        aeron = null;
        driver = null;
        arrivals.close();
        directory.close();
    }
}
