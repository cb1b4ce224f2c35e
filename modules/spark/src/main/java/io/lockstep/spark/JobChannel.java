package io.lockstep.spark;

import io.lockstep.training.RunEvent;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The driver's end of one job: hands out the key of each stage attempt, and takes what the ranks tell. What an earlier
 * attempt says is dropped.
 *
 * <p>The open channels are static because Spark makes the {@link LockstepPlugin} itself and gives no way to reach the
 * instance; they are keyed by job, so several jobs of one driver do not meet.
 */
final class JobChannel implements AutoCloseable {
    private static final Map<String, JobChannel> OPEN = new ConcurrentHashMap<>();
    private static final int KEY_BYTES = 32;

    private final String jobId;
    private final Consumer<RunEvent> events;
    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, byte[]> keys = new HashMap<>();
    private final List<RankFailure> failures = new ArrayList<>();
    private int newestAttempt;

    JobChannel(String jobId, Consumer<RunEvent> events) {
        this.jobId = jobId;
        this.events = events;
        OPEN.put(jobId, this);
    }

    /** Called on Spark's RPC threads. */
    static Object receive(Object message) {
        if (message instanceof Messages.KeyRequest request) {
            return open(request.jobId())
                    .orElseThrow(() -> new IllegalStateException("job " + request.jobId() + " is over"))
                    .key(request.attempt());
        }
        if (message instanceof Messages.Event event) {
            open(event.jobId()).ifPresent(channel -> channel.event(event.attempt(), event.event()));
        } else if (message instanceof Messages.Failure failure) {
            open(failure.jobId()).ifPresent(channel -> channel.failure(failure.attempt(), failure.failure()));
        } else if (message instanceof Messages.Flush) {
            return true; // what the executor sent before has been received, as messages keep their order
        } else if (message instanceof Messages.Note note) {
            DriverNotes.receive(note);
        } else {
            throw new IllegalArgumentException("not a message of Lockstep's: " + message.getClass());
        }
        return null;
    }

    /** Empty where the job is over: the last words of a rank that was stopped with it. */
    private static Optional<JobChannel> open(String jobId) {
        return Optional.ofNullable(OPEN.get(jobId));
    }

    /** Whether a rank has asked for the key: all of them run then. */
    synchronized boolean started() {
        return !keys.isEmpty();
    }

    private synchronized byte[] key(int attempt) {
        if (attempt > newestAttempt) {
            newestAttempt = attempt;
            failures.clear(); // why the one before ended is not why this one will
        }
        return keys.computeIfAbsent(attempt, fresh -> {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            return key;
        });
    }

    private synchronized void event(int attempt, RunEvent event) {
        if (attempt == newestAttempt) {
            RunMetrics.take(event);
            events.accept(event);
        }
    }

    private synchronized void failure(int attempt, RankFailure failure) {
        if (attempt == newestAttempt) {
            failures.add(failure);
            notifyAll();
        }
    }

    /**
     * The failure that a person should read: the first that is not only a consequence of another. Where all lost a rank, and
     * that one lost another itself, what it says is nearer to the cause.
     *
     * @param patience for the ranks' last words, which may come after Spark's own news of the failure
     */
    synchronized Optional<RankFailure> cause(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (failures.stream().allMatch(failure -> failure.kind() == RankFailure.Kind.CONSEQUENCE)) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                break;
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return failures.stream()
                .filter(failure -> failure.kind() != RankFailure.Kind.CONSEQUENCE)
                .findFirst()
                .or(() -> failures.stream().findFirst().map(this::origin));
    }

    private RankFailure origin(RankFailure first) {
        Set<Integer> passed = new HashSet<>();
        RankFailure origin = first;
        Optional<RankFailure> next = Optional.of(first);
        while (next.isPresent() && passed.add(next.get().rank())) {
            origin = next.get();
            int blamed = origin.blamed();
            next = failures.stream().filter(failure -> failure.rank() == blamed).findFirst();
        }
        return origin;
    }

    @Override
    public void close() {
        OPEN.remove(jobId);
    }
}
