package io.lockstep.collectives.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.WireType;
import io.lockstep.collectives.transport.ForwardingTransport;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.PeerStatus;
import io.lockstep.collectives.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StallInspectorTest {
    private static final long SEQUENCE = 5;

    private final Logger logger = Logger.getLogger(StallInspector.class.getName());
    private final Lines lines = new Lines();
    private final List<Transport> transports = InProcessTransport.create(3);

    /** Keeps what is logged. */
    private static final class Lines extends Handler {
        private final List<String> messages = new ArrayList<>();
        private final CountDownLatch first = new CountDownLatch(1);

        @Override
        public synchronized void publish(LogRecord message) {
            if (message.getLevel() == Level.WARNING) {
                messages.add(message.getMessage());
                first.countDown();
            }
        }

        synchronized List<String> messages() {
            return List.copyOf(messages);
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /** A transport that has not heard of some peers for a while. */
    private static final class Deaf extends ForwardingTransport {
        private final long[] silenceNanos;

        Deaf(Transport inner, long... silenceNanos) {
            super(inner);
            this.silenceNanos = silenceNanos;
        }

        @Override
        public long silenceNanos(int peer) {
            return silenceNanos[peer];
        }
    }

    @BeforeEach
    void listen() {
        logger.addHandler(lines);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(lines);
    }

    private static Collective barrier(long sequence) {
        Collective barrier = new Collective(null, CollectiveKind.BARRIER, null, WireType.FLOAT32, 0, null);
        barrier.sequence = sequence;
        return barrier;
    }

    private void standsAt(int rank, long sequence) {
        PeerStatus status = new PeerStatus();
        status.state = PeerStatus.BUSY;
        status.sequence = sequence;
        transports.get(rank).publish(status);
    }

    private static StallInspector of(Transport transport) {
        return new StallInspector(transport, Duration.ofSeconds(8));
    }

    @Test
    void whoHasNotArrivedIsNamedWithTheCallWhereItStands() {
        standsAt(1, SEQUENCE);
        standsAt(2, SEQUENCE - 2);

        String report = of(new Deaf(transports.get(0), 0, 0, 0)).report(barrier(SEQUENCE), 2_500_000_000L);

        assertThat(report)
                .isEqualTo("rank 0 (this process) has waited 2500 ms in barrier() #5:"
                        + " rank 2 (this process) has not arrived (it stands at #3)");
    }

    @Test
    void theSilentAndTheGoneAreToldFromThoseWhoAreLate() {
        standsAt(0, SEQUENCE);
        standsAt(2, SEQUENCE);

        String report = of(new Deaf(transports.get(1), 3_000_000_000L, 0, Long.MAX_VALUE))
                .report(barrier(SEQUENCE), 0);

        assertThat(report)
                .endsWith(": rank 0 (this process) has been silent for 3000 ms; rank 2 (this process) is gone");
    }

    @Test
    void whereAllHaveArrivedTheNetworkIsToBlame() {
        standsAt(1, SEQUENCE);
        standsAt(2, SEQUENCE + 1);

        String report = of(new Deaf(transports.get(0), 0, 0, 0)).report(barrier(SEQUENCE), 0);

        assertThat(report).endsWith(": all ranks have arrived, the network is slow or broken");
    }

    @Test
    void itSpeaksOnceACollectiveAfterAQuarterOfTheDeadline() {
        StallInspector inspector = of(transports.get(0)); // of 8 s
        Collective first = barrier(SEQUENCE);

        inspector.inspect(first, Duration.ofMillis(1999).toNanos());
        assertThat(lines.messages()).isEmpty();
        inspector.inspect(first, Duration.ofMillis(2000).toNanos());
        inspector.inspect(first, Duration.ofMillis(3000).toNanos());
        assertThat(lines.messages()).singleElement().asString().contains("2000 ms in barrier() #5");
        inspector.inspect(barrier(SEQUENCE + 1), Duration.ofMillis(4000).toNanos());
        assertThat(lines.messages()).hasSize(2).last().asString().contains("4000 ms in barrier() #6");
    }

    @Test
    void ofAShortDeadlineItWaitsASecondBeforeItSpeaks() {
        StallInspector inspector = new StallInspector(transports.get(0), Duration.ofSeconds(1));

        inspector.inspect(barrier(SEQUENCE), Duration.ofMillis(999).toNanos());
        assertThat(lines.messages()).isEmpty();
        inspector.inspect(barrier(SEQUENCE), Duration.ofMillis(1000).toNanos());
        assertThat(lines.messages()).hasSize(1);
    }

    /** The late rank comes when it is missed: nobody is lost, and the collective ends well. */
    @Test
    void aRankThatIsLateIsNamedBeforeTheDeadlineEndsTheCollective() throws InterruptedException {
        try (World world = World.inProcess(2, Duration.ofSeconds(12))) {
            Future<Boolean> waiting = world.start(0, group -> {
                group.barrier();
                return true;
            });
            lines.first.await(); // after 3 s: 9 are left to come in
            assertThat(waiting.isDone()).isFalse();
            world.groups().get(1).barrier();
            assertThat(World.get(waiting)).isTrue();
        }
        assertThat(lines.messages())
                .first()
                .asString()
                .contains("rank 0 (this process) has waited", "barrier() #1", "rank 1 (this process)");
    }
}
