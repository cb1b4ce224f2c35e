package io.lockstep.training.checkpoint;

import io.lockstep.training.Replica;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes checkpoints, one at a time, while training goes on. One that cannot be written is told in a warning, as a file
 * system may be away for a while; several in a row, or the last one, end the run.
 */
public final class BackgroundCheckpoints implements AutoCloseable {
    /** Minutes for one checkpoint; a file system that takes longer has gone. */
    private static final long WRITE_MINUTES = 10;

    private static final long CLOSE_SECONDS = 10;
    /** Of so many in a row that failed, the last is told by an exception. */
    private static final int MOST_FAILURES = 3;

    private final CheckpointStore store;
    private final Consumer<String> warnings;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread writer = new Thread(task, "lockstep-checkpoint");
        writer.setDaemon(true);
        return writer;
    });
    private Future<?> outstanding;
    private int failures;

    public BackgroundCheckpoints(CheckpointStore store, Consumer<String> warnings) {
        this.store = store;
        this.warnings = warnings;
    }

    /**
     * Returns as soon as the one before is on the disk and the model has been copied.
     *
     * @param model copied on this thread, written on another
     * @param written told the folder, on the writing thread
     * @throws CheckpointFailedException if too many before could not be written
     */
    public void write(
            TrainingState state, Supplier<Replica.Snapshot> model, List<String> rankStates, Consumer<String> written) {
        awaitQuiet();
        Replica.Snapshot snapshot = model.get();
        outstanding = thread.submit(() -> {
            store.write(state, snapshot, rankStates);
            written.accept(store.path(state.step()));
            return null;
        });
    }

    /** Of one that could not be begun: as if its writing had failed. */
    public void failed(IOException failure) {
        awaitQuiet();
        outstanding = CompletableFuture.failedFuture(failure);
    }

    /**
     * Returns when nothing is being written.
     *
     * @throws CheckpointFailedException if too many could not be written
     */
    public void awaitQuiet() {
        try {
            awaitWritten();
        } catch (CheckpointFailedException e) {
            if (!(e.getCause() instanceof IOException)
                    || e.getCause() instanceof FencedException
                    || failures >= MOST_FAILURES) {
                throw e;
            }
            warnings.accept(e.getMessage() + "; training goes on");
        }
    }

    /** @throws CheckpointFailedException if the last one could not be written */
    public void awaitWritten() {
        Future<?> writing = outstanding;
        outstanding = null;
        if (writing == null) {
            return;
        }
        try {
            writing.get(WRITE_MINUTES, TimeUnit.MINUTES);
            failures = 0;
        } catch (ExecutionException e) {
            failures++;
            throw new CheckpointFailedException(
                    e.getCause() instanceof IOException cause
                            ? cause.getMessage()
                            : e.getCause().toString(),
                    e.getCause());
        } catch (TimeoutException e) {
            throw new CheckpointFailedException("a checkpoint was not written within " + WRITE_MINUTES + " minutes", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CheckpointFailedException("interrupted while a checkpoint was written", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            // whoever goes on from the last checkpoint in this process must not meet a writer of this run
            thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The message is for a person. */
    static final class CheckpointFailedException extends RuntimeException {
        CheckpointFailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
