package io.lockstep.spark.ml;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.spark.JobFailedException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A network that several threads ask: a thread of its own opens it, answers them one after the other, and closes it. Each
 * answer is computed on all cores, so that asking two at once would gain nothing.
 */
final class AskedNetwork implements AutoCloseable {
    private final TrainedNetwork trained;
    private final ExecutorService owner = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "lockstep-predictions");
        thread.setDaemon(true);
        return thread;
    });
    private final Inference inference;

    /** @param batch examples at once, at most */
    AskedNetwork(TrainedNetwork trained, int batch, int threads) {
        this.trained = trained;
        try {
            inference = onOwner(() -> Inference.open(trained, batch, threads));
        } catch (RuntimeException e) {
            owner.shutdown();
            throw e;
        }
    }

    FeatureLayout layout() {
        return inference.layout();
    }

    /** A batch of the caller's own. */
    Batch batch(int examples) {
        return inference.batch(trained.facts().fields(), examples);
    }

    /** (examples, width) of what the network says. */
    float[] ask(Batch batch) {
        return onOwner(() -> inference.ask(batch, trained.facts().width()));
    }

    private <R> R onOwner(Callable<R> work) {
        try {
            return owner.submit(work).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("interrupted while a network was asked", e);
        } catch (ExecutionException e) {
            throw new JobFailedException(
                    "the network cannot answer: " + e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public void close() {
        onOwner(() -> {
            inference.close();
            return null;
        });
        owner.shutdown();
    }
}
