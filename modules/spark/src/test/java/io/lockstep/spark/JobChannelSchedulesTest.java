package io.lockstep.spark;

import io.lockstep.collectives.schedules.Exploration;
import io.lockstep.collectives.schedules.Scenario;
import io.lockstep.collectives.schedules.Schedule;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What ranks say on Spark's RPC threads while the driver waits for it, under many schedules. */
class JobChannelSchedulesTest {
    @Test
    void theCauseIsHeardInWhateverOrderTheLastWordsCome() {
        Exploration.of(LastWords.class, 400);
    }

    @Test
    void allRanksOfAnAttemptGetOneKeyAndEachAttemptItsOwn() {
        Exploration.of(Keys.class, 400);
    }

    private static final class LastWords implements Scenario {
        private static final int RANKS = 3;
        private static final Duration PATIENCE = Duration.ofSeconds(2);

        private final Random random = Schedule.random();
        private final int origin = random.nextInt(RANKS);
        private final boolean lostOnly = random.nextInt(4) == 0;
        private volatile boolean causeTold;

        @Override
        public void run() throws InterruptedException {
            Thread[] threads = new Thread[RANKS];
            try (JobChannel channel = new JobChannel("job", event -> {})) {
                for (int i = 0; i < RANKS; i++) {
                    int rank = i;
                    int millis = random.nextInt(3_000);
                    threads[i] = new Thread(() -> tell(rank, millis), "rpc-" + i);
                    threads[i].start();
                }
                boolean before = causeTold;
                Optional<RankFailure> cause = channel.cause(PATIENCE);
                boolean heard = cause.isPresent() && cause.get().kind() == RankFailure.Kind.OWN;
                if (before && !heard) {
                    throw new AssertionError("rank " + origin + " had said why, and heard was " + cause);
                }
                if (heard && cause.get().rank() != origin) {
                    throw new AssertionError("rank " + origin + " was it, and not " + cause);
                }
                if (!heard && Schedule.elapsedNanos() < PATIENCE.minusMillis(1).toNanos()) {
                    throw new AssertionError("no patience");
                }
                for (Thread each : threads) {
                    each.join();
                }
                if (!lostOnly && channel.cause(Duration.ZERO).orElseThrow().rank() != origin) {
                    throw new AssertionError("the cause is not heard, though all has been said");
                }
            }
        }

        private void tell(int rank, int millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            boolean own = rank == origin && !lostOnly;
            var kind = own ? RankFailure.Kind.OWN : RankFailure.Kind.CONSEQUENCE;
            JobChannel.receive(new Messages.Failure("job", 0, new RankFailure(rank, "host", "words", kind, origin)));
            if (own) {
                causeTold = true;
            }
        }
    }

    private static final class Keys implements Scenario {
        private final byte[][] keys = new byte[6][];

        @Override
        public void run() throws InterruptedException {
            Thread[] threads = new Thread[keys.length];
            try (JobChannel channel = new JobChannel("job", event -> {})) {
                for (int i = 0; i < keys.length; i++) {
                    int rank = i;
                    threads[i] = new Thread(
                            () -> keys[rank] = (byte[]) JobChannel.receive(new Messages.KeyRequest("job", rank % 2)),
                            "rpc-" + i);
                    threads[i].start();
                }
                for (Thread each : threads) {
                    each.join();
                }
                if (!channel.started()) {
                    throw new AssertionError("ranks have asked for their key, and it has not begun");
                }
            }
            for (int i = 2; i < keys.length; i++) {
                if (!Arrays.equals(keys[i], keys[i % 2]) || Arrays.equals(keys[0], keys[1])) {
                    throw new AssertionError("not one key for an attempt");
                }
            }
        }
    }
}
