package io.lockstep.mlflow;

import io.lockstep.mlflow.MlflowStore.Known;
import io.lockstep.mlflow.MlflowStore.Metric;
import io.lockstep.runs.folder.Artifact;
import io.lockstep.runs.tracking.RunEnd;
import io.lockstep.runs.tracking.Scalars;
import io.lockstep.runs.tracking.TrackedRun;
import io.lockstep.runs.tracking.Tracker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The lines of a run wait in a queue for one thread, which sends them in batches. Where the store fails, that is told once,
 * training goes on, and the thread tries again, less and less often. The end of the run waits for what is missing until the
 * deadline, and for a store that fails then too not even so long.
 */
final class MlflowTracker implements Tracker {
    private static final Duration BATCH_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** Of a driver that is told to stop: whoever stops it has little patience. */
    private static final Duration KILLED_DEADLINE = Duration.ofSeconds(5);
    /** Numbers in one call at most. */
    private static final int BATCH = 1000;

    private final TrackedRun run;
    private final MlflowStore store;
    private final Thread sender = new Thread(this::work, "lockstep-mlflow");

    // guarded by this
    private final ArrayDeque<Scalars> pending = new ArrayDeque<>();
    private List<Artifact> files = List.of();
    private RunEnd end;
    private boolean begun;
    private boolean over;
    private IOException failure;

    // the sender's
    private boolean open;
    private boolean described;
    private long sentStep;
    private long sentTestStep;
    private boolean told;

    MlflowTracker(TrackedRun run, MlflowStore store) {
        this.run = run;
        this.store = store;
        sender.setDaemon(true);
    }

    @Override
    public synchronized void begin(List<Scalars> before) {
        pending.addAll(before);
        if (!begun) {
            begun = true;
            sender.start();
        }
        notifyAll();
    }

    @Override
    public synchronized void log(Scalars line) {
        pending.add(line);
        notifyAll();
    }

    @Override
    public void end(RunEnd how, List<Artifact> artifacts) {
        Duration longest = how == RunEnd.KILLED ? shorter(run.deadline(), KILLED_DEADLINE) : run.deadline();
        synchronized (this) {
            if (!begun) {
                return;
            }
            end = how;
            files = List.copyOf(artifacts);
            notifyAll();
            await(longest);
            if (over && failure == null) {
                return;
            }
            over = true;
        }
        sender.interrupt();
        writeOff(longest);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private synchronized void writeOff(Duration longest) {
        run.notes()
                .tell("warning: tracking at " + store.place() + " does not have all of this run: " + pending.size()
                        + " lines of metrics and " + files.size() + " files are missing"
                        + (failure == null
                                ? " after " + longest.toSeconds()
                                        + " s ("
                                        + (end == RunEnd.KILLED ? "the driver was told to stop" : "tracking-deadline")
                                        + ")"
                                : ", as " + failure.getMessage())
                        + "; the run's folder has them");
    }

    /** Waits until the sender is done. */
    private synchronized void await(Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        try {
            for (long left = longest.toNanos(); !over && left > 0; left = deadline - System.nanoTime()) {
                wait(left / 1_000_000 + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever interrupts the run waits for no server
        }
    }

    private void work() {
        Duration pause = Duration.ZERO;
        try {
            while (awaitWork(pause)) {
                try {
                    send();
                    pause = BATCH_PAUSE;
                } catch (IOException e) {
                    pause = failed(e, pause);
                } catch (RuntimeException e) { // a fault of this module must not end the sender without a word
                    pause = failed(new IOException(e.toString(), e), pause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the deadline has passed
        }
    }

    /** @return false once nothing is to be done any more */
    private synchronized boolean awaitWork(Duration pause) throws InterruptedException {
        long until = System.nanoTime() + pause.toNanos();
        while (!over && end == null) {
            long left = until - System.nanoTime();
            if (left > 0) {
                wait(left / 1_000_000 + 1);
            } else if (pending.isEmpty() && open) {
                wait();
                until = System.nanoTime() + BATCH_PAUSE.toNanos();
            } else {
                return true;
            }
        }
        return !over;
    }

    private Duration failed(IOException e, Duration pause) {
        boolean ending;
        synchronized (this) {
            ending = end != null;
            failure = e;
            over |= ending;
            notifyAll();
        }
        if (!told && !ending) {
            told = true;
            run.notes()
                    .tell("warning: tracking at " + store.place() + " fails (" + e.getMessage()
                            + "); training goes on, and what is missing is sent later");
        }
        return shorter(pause.plus(BATCH_PAUSE).multipliedBy(2), LONGEST_PAUSE);
    }

    private void send() throws IOException {
        boolean ending = isEnding(); // before the queue is looked at: nothing comes behind the end
        if (!open) {
            begin();
            open = true;
        }
        for (List<Scalars> batch = next(); !batch.isEmpty(); batch = next()) {
            store.log(metrics(batch));
            sent(batch);
        }
        synchronized (this) {
            failure = null;
        }
        if (ending) {
            finish();
        }
    }

    private synchronized boolean isEnding() {
        return end != null;
    }

    private void begin() throws IOException {
        Known known = known();
        sentStep = known.lastSteps().getOrDefault("loss", 0L);
        sentTestStep = known.lastSteps().getOrDefault("test_loss", 0L);
        if (!described) {
            describe(known);
            described = true;
        }
    }

    private Known known() throws IOException {
        Optional<String> id = run.notes().id();
        Known known = id.isPresent() ? store.resume(id.get()) : null;
        if (known == null) {
            known = store.create(run.name(), System.currentTimeMillis());
            run.notes().keepId(known.id());
        }
        return known;
    }

    /** MLflow's parameters cannot be changed: what is another one after a run was resumed becomes a tag. */
    private void describe(Known known) throws IOException {
        Map<String, String> parameters = new LinkedHashMap<>(run.parameters());
        Map<String, String> tags = new LinkedHashMap<>(run.tags());
        known.parameters().forEach((key, value) -> {
            String now = parameters.remove(key);
            if (now != null && !now.equals(value)) {
                tags.put("lockstep.resumed." + key, now);
            }
        });
        store.describe(parameters, tags);
    }

    /** The lines that the next call takes, those left out that the store has: ranks repeat steps when they go on. */
    private synchronized List<Scalars> next() {
        List<Scalars> batch = new ArrayList<>();
        int numbers = 0;
        long step = sentStep;
        long testStep = sentTestStep;
        int looked = 0;
        for (Scalars line : pending) {
            boolean known = line.step() <= (line.isTest() ? testStep : step);
            if (!known && numbers > 0 && numbers + line.values().size() > BATCH) {
                break;
            }
            looked++;
            if (!known) {
                numbers += line.values().size();
                batch.add(line);
                step = line.isTest() ? step : line.step();
                testStep = line.isTest() ? line.step() : testStep;
            }
        }
        if (batch.isEmpty()) {
            pending.clear();
        } else {
            dropKnown(looked, batch);
        }
        return batch;
    }

    /** Of the first lines those that are not sent. */
    private void dropKnown(int looked, List<Scalars> batch) {
        for (int i = 0; i < looked; i++) {
            pending.remove();
        }
        for (int i = batch.size() - 1; i >= 0; i--) {
            pending.addFirst(batch.get(i));
        }
    }

    private synchronized void sent(List<Scalars> batch) {
        for (Scalars line : batch) {
            pending.remove();
            if (line.isTest()) {
                sentTestStep = line.step();
            } else {
                sentStep = line.step();
            }
        }
    }

    private static List<Metric> metrics(List<Scalars> lines) {
        List<Metric> metrics = new ArrayList<>();
        for (Scalars line : lines) {
            line.values().forEach((key, value) -> metrics.add(new Metric(key, value, line.epochMillis(), line.step())));
        }
        return metrics;
    }

    private void finish() throws IOException {
        RunEnd how;
        synchronized (this) {
            how = end;
        }
        IOException filesFailure = null;
        try {
            for (Artifact next = nextFile(); next != null; next = nextFile()) {
                store.put(next);
                sent(next);
            }
        } catch (IOException e) { // the run has ended all the same
            filesFailure = e;
        }
        store.end(how, System.currentTimeMillis());
        synchronized (this) {
            failure = filesFailure;
            over = true;
            notifyAll();
        }
    }

    private synchronized Artifact nextFile() {
        return files.isEmpty() ? null : files.get(0);
    }

    private synchronized void sent(Artifact file) {
        files = files.stream().filter(each -> each != file).toList();
    }
}
