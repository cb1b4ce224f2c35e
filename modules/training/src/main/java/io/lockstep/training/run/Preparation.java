package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What each rank does by itself before the first step, such as reading its data, and what takes one of them longer than
 * another: a host that copies a set to its disk has others wait for minutes. A collective that waited for it would give it up.
 * So the ranks tell each other again and again that they are still at it.
 */
final class Preparation {
    private static final long ROUND_MILLIS = 500;

    private Preparation() {}

    /** The result of this rank's work, when all ranks are done with theirs. A collective. */
    static <T> T together(ProcessGroup group, RankControl control, Callable<T> work) throws IOException {
        var task = new FutureTask<>(work);
        if (group.worldSize() == 1) {
            task.run();
            return result(task);
        }
        Thread thread = new Thread(task, "preparation of rank " + group.rank());
        thread.setDaemon(true);
        thread.start();
        try {
            boolean allDone = false;
            while (!allDone) {
                control.stopIfAsked();
                byte done = (byte) (isDone(task) ? 1 : 0);
                List<byte[]> ranks = group.allGatherRecords(new byte[] {done});
                allDone = ranks.stream().allMatch(each -> each[0] == 1);
            }
            return result(task);
        } finally {
            thread.interrupt(); // where the others are gone; after its end it does nothing
        }
    }

    /** Waits for a moment; throws what the work has thrown. */
    private static boolean isDone(FutureTask<?> task) throws IOException {
        try {
            task.get(ROUND_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException | InterruptedException e) {
            throw failure(e);
        }
        return true;
    }

    private static <T> T result(FutureTask<T> task) throws IOException {
        try {
            return task.get();
        } catch (ExecutionException | InterruptedException e) {
            throw failure(e);
        }
    }

    private static IOException failure(Exception failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return (IOException) new InterruptedIOException("interrupted while data was read").initCause(failure);
        }
        Throwable cause = failure.getCause();
        if (cause instanceof Error error) {
            throw error;
        } else if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return cause instanceof IOException checked ? checked : new IOException(cause);
    }
}
