package io.lockstep.collectives.tcp;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.PortRange;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.Endpoint;
import io.lockstep.collectives.transport.Frame;
import io.lockstep.collectives.transport.PeerStatus;
import io.lockstep.collectives.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A rank's listening socket, and how connections are made from it: each rank connects to the lower ones of other hosts
 * and awaits the higher ones, twice each. Then it listens no more.
 *
 * <p>Who connects from an address that the rendezvous did not name is dropped at once; who says anything but a valid
 * hello is dropped without an answer; of those who say nothing only so many are kept, the newest.
 */
public final class TcpEndpoint implements Endpoint {
    private static final System.Logger LOG = System.getLogger(TcpEndpoint.class.getName());
    private static final long LOOK_NANOS = 200_000;
    private static final int BACKLOG = 1024;
    private static final int MOST_CALLS = 6;
    private static final long REDIAL_NANOS = 20_000_000;
    /**
     * A peer listens before it is told of, so its kernel answers at once, however busy it is; this is time for three lost
     * packets.
     */
    private static final long CONNECT_NANOS = 10_000_000_000L;

    private final GroupOptions options;
    private final AttemptKey key;
    private final ServerSocketChannel listener;
    private final InetAddress address;
    private final List<SocketChannel> opened = new ArrayList<>();
    private boolean owned;

    private TcpEndpoint(GroupOptions options, AttemptKey key, ServerSocketChannel listener, InetAddress address) {
        this.options = options;
        this.key = key;
        this.listener = listener;
        this.address = address;
    }

    /**
     * Binds the one address.
     *
     * @param ports of which the first that is free is taken
     */
    public static TcpEndpoint open(GroupOptions options, PortRange ports, AttemptKey key) {
        try {
            InetAddress address = InetAddress.getByName(options.bindAddress());
            ServerSocketChannel[] listener = new ServerSocketChannel[1];
            ports.bindFirst(port -> listener[0] = listening(address, port));
            return new TcpEndpoint(options, key, listener[0], address);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot bind TCP " + options.bindAddress() + ":" + ports + " (" + e.getMessage() + ")"
                            + "; set the bind address to one of this host that the other ranks can reach",
                    e);
        }
    }

    /** A channel of its own for each port: one that was bound and could not listen binds no other. */
    private static ServerSocketChannel listening(InetAddress address, int port) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(new InetSocketAddress(address, port), BACKLOG);
            listener.configureBlocking(false);
            return listener;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    @Override
    public int port() {
        return listener.socket().getLocalPort();
    }

    @Override
    public int mtuBytes() {
        return 0;
    }

    @Override
    public Transport join(List<Advertisement> ranks) {
        int worldSize = ranks.size();
        Handshake handshake = new Handshake(ranks, options.rank(), key);
        SocketChannel[][] channels = new SocketChannel[Handshake.STATUSES + 1][worldSize];
        long until = System.nanoTime() + options.deadline().toNanos();
        try {
            for (Advertisement peer : remote(ranks)) {
                if (peer.rank() < options.rank()) {
                    channels[Handshake.FRAMES][peer.rank()] = connect(handshake, Handshake.FRAMES, peer, until);
                    channels[Handshake.STATUSES][peer.rank()] = connect(handshake, Handshake.STATUSES, peer, until);
                }
            }
            acceptHigherRanks(handshake, channels, until);
            for (Advertisement peer : remote(ranks)) {
                if (peer.rank() < options.rank()) {
                    awaitAnswer(handshake, Handshake.FRAMES, peer, channels, until);
                    awaitAnswer(handshake, Handshake.STATUSES, peer, channels, until);
                }
            }
            listener.close();
            Transport joined = new TcpTransport(
                    ranks,
                    options.rank(),
                    connections(
                            handshake,
                            Handshake.FRAMES,
                            channels,
                            Frame.HEADER_BYTES + TcpTransport.SEGMENT_BYTES,
                            TcpTransport.MOST_LOOKAHEAD + 1),
                    connections(handshake, Handshake.STATUSES, channels, PeerStatus.BYTES, 1));
            owned = true;
            return joined;
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(ranks.get(options.rank()).describe() + " cannot join the group by TCP", e);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private List<Advertisement> remote(List<Advertisement> ranks) {
        String host = ranks.get(options.rank()).host();
        return ranks.stream().filter(peer -> !peer.host().equals(host)).toList();
    }

    private Connection[] connections(
            Handshake handshake, short kind, SocketChannel[][] channels, int longest, int records) {
        int rank = options.rank();
        boolean sealed = options.security() == Security.ON;
        Connection[] connections = new Connection[options.worldSize()];
        for (int peer = 0; peer < connections.length; peer++) {
            if (channels[kind][peer] != null) {
                connections[peer] = new Connection(
                        channels[kind][peer],
                        sealed ? handshake.seal(kind, rank, peer) : null,
                        sealed ? handshake.seal(kind, peer, rank) : null,
                        longest,
                        records);
            }
        }
        return connections;
    }

    // ---- to the lower ranks

    private SocketChannel connect(Handshake handshake, short kind, Advertisement peer, long until) throws IOException {
        SocketChannel channel = SocketChannel.open();
        opened.add(channel);
        try {
            channel.bind(new InetSocketAddress(address, 0)); // the peer knows this rank by its address
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            int millis = (int) Math.max(1, Math.min(CONNECT_NANOS, until - System.nanoTime()) / 1_000_000);
            channel.socket().connect(new InetSocketAddress(InetAddress.getByName(peer.address()), peer.port()), millis);
            channel.write(handshake.hello(kind, peer.rank()));
            return channel;
        } catch (IOException e) {
            throw lost(handshake, peer, e);
        }
    }

    /** Calls again where the connection ends before the answer: a peer that too many call at once hangs up on some. */
    private void awaitAnswer(
            Handshake handshake, short kind, Advertisement peer, SocketChannel[][] channels, long until)
            throws IOException {
        ByteBuffer answer = emptyHello();
        for (int call = 1; !hears(channels[kind][peer.rank()], answer.clear(), until); call++) {
            if (call == MOST_CALLS || System.nanoTime() > until) {
                throw lost(handshake, peer, null);
            }
            closeQuietly(channels[kind][peer.rank()]);
            LockSupport.parkNanos(call * REDIAL_NANOS);
            channels[kind][peer.rank()] = connect(handshake, kind, peer, until);
        }
        if (handshake.senderOf(answer) != peer.rank()) {
            throw new SecurityException(peer.describe() + " does not know the key of this attempt");
        }
    }

    /** Whether all of the answer came. */
    private static boolean hears(SocketChannel channel, ByteBuffer answer, long until) throws IOException {
        channel.configureBlocking(false);
        while (answer.hasRemaining()) {
            int read = read(channel, answer);
            if (read < 0 || System.nanoTime() > until) {
                return false;
            }
            if (read == 0) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
        return true;
    }

    private static ByteBuffer emptyHello() {
        return ByteBuffer.allocate(Handshake.BYTES).order(ByteOrder.nativeOrder());
    }

    private PeerLostException lost(Handshake handshake, Advertisement peer, IOException cause) {
        return new PeerLostException(
                peer.rank(),
                handshake.ranks().get(options.rank()).describe() + " lost " + peer.describe()
                        + " while joining the group: no connection by TCP to port " + peer.port()
                        + " that lasted; did it fail, is TCP open between the hosts, and the key of both ranks the same?",
                cause);
    }

    // ---- from the higher ranks

    private record Caller(SocketChannel channel, ByteBuffer hello) {}

    private void acceptHigherRanks(Handshake handshake, SocketChannel[][] channels, long until) throws IOException {
        Set<InetAddress> welcome = new HashSet<>();
        List<Advertisement> awaited = new ArrayList<>();
        for (Advertisement peer : remote(handshake.ranks())) {
            if (peer.rank() > options.rank()) {
                welcome.add(InetAddress.getByName(peer.address()));
                awaited.add(peer);
            }
        }
        Deque<Caller> callers = new ArrayDeque<>();
        try {
            welcomeAll(handshake, channels, until, welcome, awaited, callers);
        } finally {
            callers.forEach(caller -> closeQuietly(caller.channel));
        }
    }

    private void welcomeAll(
            Handshake handshake,
            SocketChannel[][] channels,
            long until,
            Set<InetAddress> welcome,
            List<Advertisement> awaited,
            Deque<Caller> callers)
            throws IOException {
        while (true) {
            awaited.removeIf(peer -> channels[Handshake.FRAMES][peer.rank()] != null
                    && channels[Handshake.STATUSES][peer.rank()] != null);
            if (awaited.isEmpty()) {
                return;
            }
            if (!accept(callers, welcome) & !listen(callers, handshake, channels)) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
            if (System.nanoTime() > until) {
                throw lost(handshake, awaited.get(0), null);
            }
        }
    }

    private boolean accept(Deque<Caller> callers, Set<InetAddress> welcome) throws IOException {
        SocketChannel channel = listener.accept();
        if (channel == null) {
            return false;
        }
        if (!welcome.contains(channel.socket().getInetAddress())) {
            channel.close();
            return true;
        }
        channel.configureBlocking(false);
        callers.addLast(new Caller(channel, emptyHello()));
        if (callers.size() > 4 * options.worldSize()) {
            callers.removeFirst().channel.close();
        }
        return true;
    }

    /** Reads what callers say; welcomes those who prove to be peers. Returns whether there was anything. */
    private boolean listen(Deque<Caller> callers, Handshake handshake, SocketChannel[][] channels) {
        boolean any = false;
        for (Iterator<Caller> each = callers.iterator(); each.hasNext(); ) {
            Caller caller = each.next();
            int read = read(caller.channel, caller.hello);
            any |= read != 0;
            if (read < 0 || !caller.hello.hasRemaining()) {
                each.remove();
                if (read < 0 || !welcome(caller, handshake, channels)) {
                    closeQuietly(caller.channel);
                }
            }
        }
        return any;
    }

    /** Bytes read; -1 where there is nobody any more, also where the connection was reset. */
    private static int read(SocketChannel channel, ByteBuffer into) {
        try {
            return channel.read(into);
        } catch (IOException e) {
            return -1;
        }
    }

    private boolean welcome(Caller caller, Handshake handshake, SocketChannel[][] channels) {
        int sender = handshake.senderOf(caller.hello);
        short kind = Handshake.kindOf(caller.hello);
        if (sender <= options.rank() || channels[kind][sender] != null) {
            return false;
        }
        try {
            caller.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            caller.channel.write(handshake.hello(kind, sender)); // 40 bytes: an empty socket buffer takes them
            opened.add(caller.channel);
            channels[kind][sender] = caller.channel;
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing a connection", e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!owned) {
                opened.forEach(TcpEndpoint::closeQuietly);
            }
        }
    }
}
