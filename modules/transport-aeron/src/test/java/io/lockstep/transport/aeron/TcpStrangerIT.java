package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.CollectiveException;
import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.group.World;
import io.lockstep.collectives.transport.Advertisement;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody without the key, at the door or on the way. */
class TcpStrangerIT {
    private static final int LENGTH = 50_000;

    private final ConcurrentLinkedQueue<AutoCloseable> open = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** @param met changes what a rank learns from the rendezvous */
    private static List<ProcessGroup> form(UnaryOperator<List<String>> met) {
        TransportOptions tcp = TransportOptions.defaults().withIntraHost(Route.TCP);
        return LocalRendezvous.form(2, Security.ON, (options, rendezvous) -> {
            Rendezvous changed =
                    mine -> options.rank() == 1 ? met.apply(rendezvous.exchange(mine)) : rendezvous.exchange(mine);
            return ProcessGroups.open(options, changed, tcp);
        });
    }

    private static int port(String advertisement, int rank) {
        return Advertisement.parse(rank, advertisement).port();
    }

    private static void sum(ProcessGroup group) {
        ByteBuffer vector = World.floats(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            vector.putFloat(i * Float.BYTES, i % 100 + group.rank());
        }
        group.allReduce(vector, Reduction.SUM).await();
        for (int i = 0; i < LENGTH; i++) {
            if (vector.getFloat(i * Float.BYTES) != 2 * (i % 100) + 1) {
                throw new AssertionError("element " + i);
            }
        }
    }

    @Test
    void callersWithoutTheKeyGetNoAnswerAndNobodyListensOnceAllAreThere() throws Exception {
        AtomicInteger port = new AtomicInteger();
        List<Socket> strangers = new ArrayList<>();
        try (World world = new World(form(all -> {
            port.set(port(all.get(0), 0));
            Random random = new Random(3);
            for (int i = 0; i < 40; i++) {
                strangers.add(call(port.get(), i % 4 == 0 ? 0 : random.nextInt(200), random));
            }
            return all;
        }))) {
            for (int round = 0; round < 20; round++) {
                world.run(TcpStrangerIT::sum);
            }
            for (Socket stranger : strangers) {
                assertThat(hears(stranger)).isFalse();
            }
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port.get()).close())
                    .isInstanceOf(ConnectException.class);
        }
    }

    private Socket call(int port, int bytes, Random random) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            open.add(socket);
            socket.setSoTimeout((int) World.PATIENCE.toMillis());
            byte[] junk = new byte[bytes];
            random.nextBytes(junk);
            socket.getOutputStream().write(junk);
            return socket;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean hears(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (SocketException e) {
            return false; // reset
        }
    }

    /** What somebody on the way does to the stream from rank 1 to rank 0, after a while. */
    enum Tampering {
        FLIP {
            @Override
            void pass(OutputStream to, byte[] bytes, int count) throws IOException {
                bytes[count / 2] ^= 4;
                to.write(bytes, 0, count);
            }
        },
        REPEAT {
            @Override
            void pass(OutputStream to, byte[] bytes, int count) throws IOException {
                to.write(bytes, 0, count);
                to.write(bytes, 0, count);
            }
        },
        TRUNCATE {
            @Override
            void pass(OutputStream to, byte[] bytes, int count) throws IOException {
                to.write(bytes, 0, count / 2);
            }
        },
        OVERSIZE {
            @Override
            void pass(OutputStream to, byte[] bytes, int count) throws IOException {
                byte[] many = new byte[1 << 20];
                new Random(9).nextBytes(many);
                to.write(many);
            }
        };

        abstract void pass(OutputStream to, byte[] bytes, int count) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsChangedOnTheWayEndsTheGroupAndNoWrongSumIsAccepted(Tampering tampering) throws Exception {
        ServerSocket between = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(between);
        try (World world = new World(form(all -> {
            int real = port(all.get(0), 0);
            start(() -> relay(between, real, tampering));
            return List.of(all.get(0).replace(";port=" + real, ";port=" + between.getLocalPort()), all.get(1));
        }))) {
            List<Throwable> ends = world.call(group -> {
                try {
                    while (true) {
                        sum(group);
                    }
                } catch (CollectiveException e) {
                    return e;
                }
            });
            assertThat(ends).allSatisfy(end -> assertThat(end).isInstanceOf(PeerLostException.class));
        }
    }

    /** As a peer does to the quiet ones where too many call: here to all, twice. */
    @Test
    void whoIsHungUpOnBeforeTheAnswerCallsAgain() throws Exception {
        ServerSocket between = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(between);
        AtomicInteger hungUp = new AtomicInteger();
        try (World world = new World(form(all -> {
            int real = port(all.get(0), 0);
            start(() -> {
                for (int call = 0; call < 4; call++) {
                    Socket from = between.accept();
                    from.getInputStream().read();
                    from.close();
                    hungUp.incrementAndGet();
                }
                relay(between, real, null);
            });
            return List.of(all.get(0).replace(";port=" + real, ";port=" + between.getLocalPort()), all.get(1));
        }))) {
            world.run(TcpStrangerIT::sum);
        }
        assertThat(hungUp).hasValue(4);
    }

    /** Rank 1's two connections, one after the other; the first is that of the frames. */
    private void relay(ServerSocket between, int real, Tampering tampering) throws IOException {
        for (int connection = 0; connection < 2; connection++) {
            Socket from = between.accept();
            Socket to = new Socket(InetAddress.getLoopbackAddress(), real);
            open.add(from);
            open.add(to);
            boolean tampers = connection == 0;
            start(() -> copy(from, to, tampers ? tampering : null));
            start(() -> copy(to, from, null));
        }
    }

    private static void copy(Socket from, Socket to, Tampering tampering) throws IOException {
        InputStream in = from.getInputStream();
        byte[] bytes = new byte[8192];
        long passed = 0;
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
            if (tampering != null && passed < 1_000_000 && passed + count >= 1_000_000) {
                tampering.pass(to.getOutputStream(), bytes, count);
            } else {
                to.getOutputStream().write(bytes, 0, count);
            }
            passed += count;
        }
        to.shutdownOutput();
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        Thread.currentThread().interrupt(); // a connection ended
                    }
                },
                "stranger");
        thread.setDaemon(true);
        thread.start();
    }
}
