package io.lockstep.spark;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Signals that tell an executor to end: SIGTERM of a cluster that takes the container back, SIGPWR of Spark's
 * decommissioning. The rank in this process agrees with the others on a last step and has it written; SIGTERM is held
 * back so long from whoever had it before. Static, as signals are the process's.
 */
final class PreemptionSignals {
    /** Kubernetes gives 30 seconds by default; a rank that is not ready by then goes without. */
    private static final Duration GRACE = Duration.ofSeconds(25);

    private static final Logger LOG = LoggerFactory.getLogger(PreemptionSignals.class);
    private static final Object LOCK = new Object();
    private static final AtomicBoolean INSTALLED = new AtomicBoolean();

    private static int ranks;
    private static volatile boolean leaving;

    private PreemptionSignals() {}

    /**
     * Once the executor's own handlers are there.
     *
     * @param decommissioning whether Spark listens to SIGPWR; it then lets ranks end by themselves
     */
    static void install(boolean decommissioning) {
        if (INSTALLED.compareAndSet(false, true)) {
            handle("TERM", PreemptionSignals::awaitRanks);
            if (decommissioning) {
                handle("PWR", () -> {});
            }
        }
    }

    /** @param beforeOthers done before whoever had the signal gets it; on a thread of the signal's own */
    private static void handle(String name, Runnable beforeOthers) {
        try {
            SignalHandler[] others = new SignalHandler[1];
            others[0] = Signal.handle(new Signal(name), signal -> {
                LOG.info("told to end by SIG{}", name);
                leaving = true;
                beforeOthers.run();
                others[0].handle(signal);
            });
        } catch (IllegalArgumentException e) {
            LOG.warn("SIG{} cannot be handled here; ranks end at once when they get it", name, e);
        }
    }

    private static void awaitRanks() {
        long end = System.nanoTime() + GRACE.toNanos();
        synchronized (LOCK) {
            try {
                for (long left = GRACE.toMillis();
                        ranks > 0 && left > 0;
                        left = (end - System.nanoTime()) / 1_000_000) {
                    LOCK.wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether this process must soon be gone. */
    static boolean leaving() {
        return leaving;
    }

    static void rankBegins() {
        synchronized (LOCK) {
            ranks++;
        }
    }

    static void rankEnds() {
        synchronized (LOCK) {
            ranks--;
            LOCK.notifyAll();
        }
    }
}
