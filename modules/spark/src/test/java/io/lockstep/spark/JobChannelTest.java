package io.lockstep.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Which of many ranks' last words a person gets to read. */
class JobChannelTest {
    private static final String JOB = "job";
    private static final Duration PATIENCE = Duration.ofMillis(1);

    private static void lost(int rank, int blamed) {
        fails(rank, RankFailure.Kind.CONSEQUENCE, blamed);
    }

    private static void fails(int rank, RankFailure.Kind kind, int blamed) {
        JobChannel.receive(
                new Messages.Failure(JOB, 0, new RankFailure(rank, "host", "words of " + rank, kind, blamed)));
    }

    @Test
    void ofRanksThatLostEachOtherTheOneNearestToTheCauseIsHeard() {
        try (JobChannel channel = new JobChannel(JOB, event -> {})) {
            lost(1, 3);
            lost(3, 2); // and rank 2 says nothing

            assertThat(channel.cause(PATIENCE).orElseThrow().rank()).isEqualTo(3);
        }
    }

    @Test
    void twoThatBlameEachOtherAreNoEndlessChain() {
        try (JobChannel channel = new JobChannel(JOB, event -> {})) {
            lost(1, 3);
            lost(3, 2);
            lost(2, 3);

            assertThat(channel.cause(PATIENCE).orElseThrow().rank()).isIn(2, 3);
        }
    }

    @Test
    void aFaultOfItsOwnComesBeforeWhatFollowedFromIt() {
        try (JobChannel channel = new JobChannel(JOB, event -> {})) {
            lost(1, 3);
            fails(2, RankFailure.Kind.OWN, RankFailure.NOBODY);

            assertThat(channel.cause(PATIENCE).orElseThrow().rank()).isEqualTo(2);
        }
    }

    @Test
    void whoBlamesARankThatWasKilledIsHeard() {
        try (JobChannel channel = new JobChannel(JOB, event -> {})) {
            lost(0, 1);

            assertThat(channel.cause(PATIENCE).orElseThrow().message()).isEqualTo("words of 0");
        }
    }

    @Test
    void whatAnEarlierAttemptSaidIsNoCauseOfALaterOne() {
        try (JobChannel channel = new JobChannel(JOB, event -> {})) {
            fails(2, RankFailure.Kind.OWN, RankFailure.NOBODY);
            JobChannel.receive(new Messages.KeyRequest(JOB, 1));
            JobChannel.receive(new Messages.Failure(
                    JOB, 1, new RankFailure(0, "host", "words of 0", RankFailure.Kind.CONSEQUENCE, 1)));
            fails(2, RankFailure.Kind.OWN, RankFailure.NOBODY); // late

            assertThat(channel.cause(PATIENCE).orElseThrow().rank()).isZero();
        }
    }
}
