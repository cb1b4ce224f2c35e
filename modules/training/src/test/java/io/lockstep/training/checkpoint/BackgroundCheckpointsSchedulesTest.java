package io.lockstep.training.checkpoint;

import io.lockstep.collectives.schedules.Exploration;
import io.lockstep.collectives.schedules.Scenario;
import io.lockstep.collectives.schedules.Schedule;
import io.lockstep.datasets.storage.KillableStorage;
import io.lockstep.datasets.storage.KillableStorage.End;
import io.lockstep.datasets.storage.KillableStorage.Kind;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.Replica;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The writer of checkpoints, beside the training that it must not hold up, under thousands of schedules. */
class BackgroundCheckpointsSchedulesTest {
    @Test
    void eachIsWrittenOnceInOrderAndTheLastIsThere() {
        Exploration.of(Writing.class, 600);
    }

    @Test
    void aFailureOfStorageIsAlwaysToldAndCostsNoOtherCheckpoint() {
        Exploration.of(Failing.class, 600);
    }

    @Test
    void nothingIsWrittenAfterTheRunWasClosedInTheMiddle() {
        Exploration.of(Closing.class, 600);
    }

    @Test
    void whereverTheWriterIsKilledWhatWasToldIsThere() {
        Exploration.of(Killing.class, 600);
    }

    @Test
    void aWriterThatIsOvertakenByAnotherStartHarmsNothingThatItWrote() {
        Exploration.of(Overtaking.class, 600);
    }

    private static final String FOLDER = "run/checkpoints";
    private static final int STEPS = 4;

    /** Disk that fails now and then, and ends a thread's operation when the thread is interrupted, as channels do. */
    private static final class MoodyStorage implements Storage {
        private final KillableStorage disk;
        private final Random random;
        private final double failures;
        /** Operations of the writing thread so far. */
        private volatile int operations;

        MoodyStorage(KillableStorage disk, Random random, double failures) {
            this.disk = disk;
            this.random = random;
            this.failures = failures;
        }

        private void operate() throws IOException {
            if (Thread.currentThread().getName().equals("lockstep-checkpoint")) {
                operations = operations + 1;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new ClosedByInterruptException();
            }
            if (random.nextDouble() < failures) {
                throw new IOException("no answer");
            }
        }

        @Override
        public InputStream open(String path) throws IOException {
            operate();
            return disk.open(path);
        }

        @Override
        public OutputStream create(String path) throws IOException {
            operate();
            return disk.create(path);
        }

        @Override
        public boolean exists(String path) throws IOException {
            operate();
            return disk.exists(path);
        }

        @Override
        public List<Entry> list(String folder) throws IOException {
            operate();
            return disk.list(folder);
        }

        @Override
        public void delete(String path) throws IOException {
            operate();
            disk.delete(path);
        }
    }

    /** A run of a few steps, with a checkpoint of each. */
    private abstract static class Run implements Scenario {
        final Random random = Schedule.random();
        final KillableStorage disk = new KillableStorage(random.nextBoolean() ? Kind.DISK : Kind.OBJECTS);
        final MoodyStorage storage = new MoodyStorage(disk, random, failures());
        final List<String> warnings = new ArrayList<>();
        final List<Long> told = new ArrayList<>(); // by the writing thread, one at a time
        private volatile boolean writing;

        double failures() {
            return 0;
        }

        String owner() {
            return "";
        }

        CheckpointStore store() {
            return new CheckpointStore(storage, FOLDER, 2, CheckpointStore.Best.NONE, owner(), warnings::add);
        }

        void step(BackgroundCheckpoints checkpoints, long step) {
            checkpoints.write(state(step), () -> snapshot(step), List.of(), path -> told.add(step));
        }

        /** What is copied must not be copied anew while it is being written. */
        private Replica.Snapshot snapshot(long step) {
            if (writing) {
                throw new AssertionError("the copy of the model is being written, and the next one is taken");
            }
            return out -> {
                writing = true;
                out.write(model(step));
                writing = false;
            };
        }

        void requireWhole(long step) throws IOException {
            byte[] found = clean().at(step).model();
            if (!Arrays.equals(found, model(step))) {
                throw new AssertionError("the checkpoint of step " + step + " holds another");
            }
        }

        /** Of whoever goes on, whose storage answers. */
        CheckpointStore clean() {
            return new CheckpointStore(disk, FOLDER, 2, warnings::add);
        }

        long newest() throws IOException {
            return clean().latest().map(found -> found.state().step()).orElse(0L);
        }

        void requireTold(Long... steps) {
            if (!told.equals(List.of(steps))) {
                throw new AssertionError("told of " + told + " instead of " + List.of(steps));
            }
        }

        static byte[] model(long step) {
            return ("the model after step " + step).getBytes(StandardCharsets.UTF_8);
        }

        static TrainingState state(long step) {
            return new TrainingState(step, "resnet20", "shapes", 1000, 64, 1, "ddp", 2);
        }
    }

    private static final class Writing extends Run {
        @Override
        public void run() throws IOException {
            try (var checkpoints = new BackgroundCheckpoints(store(), warnings::add)) {
                for (long step = 1; step <= STEPS; step++) {
                    step(checkpoints, step);
                    if (random.nextInt(4) == 0) {
                        checkpoints.awaitQuiet();
                        requireWhole(step);
                    }
                }
                checkpoints.awaitWritten();
            }
            requireTold(1L, 2L, 3L, 4L);
            requireWhole(3);
            requireWhole(4);
            if (newest() != STEPS || !warnings.isEmpty()) {
                throw new AssertionError("the newest is " + newest() + ", " + warnings);
            }
        }
    }

    private static final class Failing extends Run {
        private final List<Long> tried = new ArrayList<>();

        @Override
        double failures() {
            return 0.08;
        }

        @Override
        public void run() throws IOException {
            boolean ended = false;
            try (var checkpoints = new BackgroundCheckpoints(store(), warnings::add)) {
                for (long step = 1; step <= STEPS; step++) {
                    step(checkpoints, step);
                    tried.add(step);
                }
                checkpoints.awaitWritten();
            } catch (BackgroundCheckpoints.CheckpointFailedException e) {
                ended = true;
            }
            long failed = warnings.stream()
                    .filter(each -> each.endsWith("training goes on"))
                    .count();
            if (tried.size() - told.size() != failed + (ended ? 1 : 0)) {
                throw new AssertionError("of " + tried + " " + told + " were written, and told was " + warnings
                        + (ended ? " and the end" : ""));
            }
            long newest = newest();
            if (!told.isEmpty() && newest < told.get(told.size() - 1)) {
                throw new AssertionError("told of " + told + ", and the newest is " + newest);
            }
            if (newest > 0) {
                requireWhole(newest);
            }
        }
    }

    /** A rank is lost, say: the run ends with an exception, and another one goes on in the same process. */
    private static final class Closing extends Run {
        @Override
        public void run() throws IOException {
            long steps = 1 + random.nextInt(STEPS);
            try (var checkpoints = new BackgroundCheckpoints(store(), warnings::add)) {
                for (long step = 1; step <= steps; step++) {
                    step(checkpoints, step);
                }
                for (int i = random.nextInt(60); i > 0; i--) {
                    Thread.yield();
                }
            }
            int operations = storage.operations;
            long newest = newest();
            if (newest > 0) {
                requireWhole(newest);
            }
            if (newest < steps - 1) {
                throw new AssertionError("step " + (steps - 1) + " was written, and the newest is " + newest);
            }
            for (long step = newest + 1; step <= newest + 2; step++) {
                clean().write(new Checkpoint(state(step), model(step), List.of()));
                requireWhole(step);
            }
            if (storage.operations != operations) {
                throw new AssertionError("the writer went on after it was closed");
            }
        }
    }

    private static final class Killing extends Run {
        @Override
        public void run() throws IOException {
            End[] ends = End.values();
            disk.killAfter(random.nextInt(60), ends[random.nextInt(ends.length)]);
            boolean killed = false;
            try (var checkpoints = new BackgroundCheckpoints(store(), warnings::add)) {
                for (long step = 1; step <= STEPS; step++) {
                    step(checkpoints, step);
                }
                checkpoints.awaitWritten();
            } catch (BackgroundCheckpoints.CheckpointFailedException e) {
                killed = true;
            }
            if (killed != disk.dead()) {
                throw new AssertionError(
                        killed ? "it failed, and nothing was killed" : "it was killed, and nobody said so");
            }
            disk.revive();
            long newest = newest();
            long last = told.isEmpty() ? 0 : told.get(told.size() - 1);
            if (newest < last || newest > last + 1) {
                throw new AssertionError("told of " + told + ", and the newest is " + newest);
            }
            for (long step = Math.max(1, newest - 1); step <= newest; step++) {
                requireWhole(step);
            }
            for (long step = newest + 1; step <= newest + 3; step++) {
                clean().write(new Checkpoint(state(step), model(step), List.of()));
                requireWhole(step);
            }
        }
    }

    /** The run was started elsewhere while this start hangs. Both compute the same bits, as all starts of a run do. */
    private static final class Overtaking extends Run {
        private long last; // of the other start

        @Override
        String owner() {
            return "first";
        }

        @Override
        public void run() throws Exception {
            clean().claim("first");
            Thread elsewhere = new Thread(
                    () -> {
                        try {
                            goOn();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    "elsewhere");
            boolean fenced = false;
            try (var checkpoints = new BackgroundCheckpoints(store(), warnings::add)) {
                elsewhere.start();
                for (long step = 1; step <= STEPS; step++) {
                    step(checkpoints, step);
                }
                checkpoints.awaitWritten();
            } catch (BackgroundCheckpoints.CheckpointFailedException e) {
                fenced = e.getCause() instanceof FencedException;
                if (!fenced) {
                    throw e;
                }
            }
            elsewhere.join();
            if (fenced != told.size() < STEPS) {
                throw new AssertionError("fenced: " + fenced + ", told of " + told);
            }
            // at most the one that both were at, if the first hung between its look and the operation after it
            if (newest() < last - 1) {
                throw new AssertionError("the other start wrote up to step " + last + ", the newest is " + newest());
            }
            requireWhole(newest());
        }

        private void goOn() throws IOException {
            clean().claim("second");
            var second = new CheckpointStore(disk, FOLDER, 2, CheckpointStore.Best.NONE, "second", warnings::add);
            long newest = second.latest().map(found -> found.state().step()).orElse(0L);
            for (long step = newest + 1; step <= newest + 3; step++) {
                second.write(new Checkpoint(state(step), model(step), List.of()));
                last = step;
            }
        }
    }
}
