package io.lockstep.collectives.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.transport.ForgingTransport;
import io.lockstep.collectives.transport.Frame;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames of another attempt, of another group and for others never become a part of a sum. */
class ForeignFrameTest {
    private static final int ATTEMPT = 3;
    private static final int GROUP = 11;
    private static final int WORLD_SIZE = 3;
    private static final int LENGTH = 2000;

    /** What is wrong with a frame that is right otherwise. */
    enum Forgery {
        OF_THE_ATTEMPT_BEFORE,
        OF_A_LATER_ATTEMPT,
        OF_ANOTHER_GROUP,
        FROM_ANOTHER_SENDER,
        FOR_ANOTHER_RECEIVER,
        OF_ANOTHER_VERSION;

        void apply(Frame frame) {
            int sender = frame.sender();
            int receiver = frame.receiver();
            switch (this) {
                case OF_THE_ATTEMPT_BEFORE -> frame.writeRoute(ATTEMPT - 1, GROUP, sender, receiver);
                case OF_A_LATER_ATTEMPT -> frame.writeRoute(ATTEMPT + 1, GROUP, sender, receiver);
                case OF_ANOTHER_GROUP -> frame.writeRoute(ATTEMPT, GROUP + 1, sender, receiver);
                case FROM_ANOTHER_SENDER -> frame.writeRoute(ATTEMPT, GROUP, other(sender, receiver), receiver);
                case FOR_ANOTHER_RECEIVER -> frame.writeRoute(ATTEMPT, GROUP, sender, other(sender, receiver));
                case OF_ANOTHER_VERSION -> frame.buffer().put(frame.headerOffset(), (byte) (Frame.VERSION + 1));
            }
        }

        /** The third of three ranks. */
        private static int other(int sender, int receiver) {
            return WORLD_SIZE - sender - receiver;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFrameFromElsewhereIsDroppedAndTheTrueOneTaken(Forgery forgery) {
        List<ForgingTransport> transports = new ArrayList<>();
        List<ProcessGroup> groups = new ArrayList<>();
        for (Transport inner : InProcessTransport.create(new Geometry(WORLD_SIZE, 1024, 4))) {
            ForgingTransport forging = new ForgingTransport(inner, forgery::apply);
            transports.add(forging);
            groups.add(ProcessGroups.over(forging, ATTEMPT, GROUP, World.PATIENCE, Tuning.defaults()));
        }
        try (World world = new World(groups)) {
            for (Algorithm algorithm : new Algorithm[] {Algorithm.RING, Algorithm.RECURSIVE_DOUBLING}) {
                world.run(group -> {
                    ByteBuffer vector = ExactVectors.vector(group.rank(), LENGTH);
                    ((TransportProcessGroup) group)
                            .allReduceBy(vector, Reduction.SUM, algorithm)
                            .await();
                    ExactVectors.assertVector(vector, 0, LENGTH, i -> ExactVectors.sum(WORLD_SIZE, i));
                });
            }
        }
        assertThat(transports)
                .allSatisfy(transport -> assertThat(transport.forgeries()).isPositive());
    }

    /** A rank that was thought dead and is not: it still has the memory, and an old number. */
    @Test
    void ranksOfTwoAttemptsDoNotReduceTogether() {
        List<Transport> transports = InProcessTransport.create(2);
        List<ProcessGroup> groups = new ArrayList<>();
        for (Transport transport : transports) {
            int attempt = ATTEMPT + transport.rank();
            groups.add(ProcessGroups.over(transport, attempt, GROUP, Duration.ofSeconds(1), Tuning.defaults()));
        }
        try (World world = new World(groups)) {
            List<String> ends = world.call(group -> {
                try {
                    group.allReduce(World.floats(LENGTH), Reduction.SUM).await();
                    return "the numbers of another attempt were taken";
                } catch (PeerLostException e) {
                    return "lost";
                }
            });
            assertThat(ends).containsOnly("lost");
        }
    }
}
