package io.lockstep.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.GroupClosedException;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.DataFaultException;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.ShardedCopy;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.loading.BatchLoadingException;
import io.lockstep.datasets.shards.ShardSet;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.training.RunEvent;
import io.lockstep.training.Strategy;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DistributedDataParallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DataFaultTest {
    private static final LocalStorage STORAGE = new LocalStorage();

    private static final Strategy.Factory DDP =
            new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.FLOAT32, true);

    @TempDir
    Path folder;

    /** Of two copies of a set; whoever reads the training set second gets the other one. */
    private static final class TwoDisks implements DataSource {
        private final DataSource one;
        private final DataSource other;
        private int reads;

        TwoDisks(DataSource one, DataSource other) {
            this.one = one;
            this.other = other;
        }

        @Override
        public String name() {
            return one.name();
        }

        @Override
        public String format() {
            return one.format();
        }

        @Override
        public List<Field> fields() {
            return one.fields();
        }

        @Override
        public List<String> classNames() {
            return one.classNames();
        }

        @Override
        public int examples(Split split) {
            return one.examples(split);
        }

        @Override
        public synchronized Dataset read(Split split, ExampleRange range) throws IOException {
            return (split == Split.TRAIN && reads++ > 0 ? other : one).read(split, range);
        }
    }

    private Path copy(String name) throws IOException {
        Path path = folder.resolve(name);
        new ShardedCopy(STORAGE, path.toString(), 1 << 30).write(new GeneratedShapes(1, 250, 20));
        return path;
    }

    private static DataSource open(Path path) throws IOException {
        return ShardSet.open(STORAGE, path.toString(), CacheOptions.DEFAULT);
    }

    @Test
    @Timeout(60)
    void aRankThatCannotReadItsDataNamesTheFileAndTheOthersDoNotWaitForIt() throws Exception {
        Path bad = copy("bad disk");
        Path shard = bad.resolve("train/00000.shard");
        byte[] bytes = Files.readAllBytes(shard);
        bytes[300_000]++; // in the second of three blocks
        Files.write(shard, bytes);
        RunOptions plain = new TestRun.Setup(folder, "run", DDP).options(100);
        RunOptions options = on(plain, new TwoDisks(open(copy("good disk")), open(bad)));

        List<Throwable> failures = failures(options);

        assertThat(failures)
                .hasSize(2)
                .anySatisfy(failure -> assertThat(failure)
                        .isInstanceOf(BatchLoadingException.class)
                        .hasCauseInstanceOf(DataFaultException.class)
                        .hasMessageContaining("cannot read training or test data: " + shard
                                + " is damaged: the checksum of its" + " block 1"));
        assertThat(failures)
                .anySatisfy(failure ->
                        assertThat(failure).isInstanceOfAny(PeerLostException.class, GroupClosedException.class));
    }

    @Test
    @Timeout(60)
    void examplesThatARankCannotReadAreLeftOutAndCountedWhereThatIsAsked() throws Exception {
        Path bad = copy("bad disk");
        Path shard = bad.resolve("train/00000.shard");
        byte[] bytes = Files.readAllBytes(shard);
        bytes[300_000]++; // in the second of three blocks: 85 of 250 examples
        Files.write(shard, bytes);
        RunOptions plain = new TestRun.Setup(folder, "run", DDP).options(32);
        RunOptions options = on(plain, new TwoDisks(open(copy("good disk")), open(bad)), true);
        RunOptions both = on(plain, new TwoDisks(open(bad), open(bad)), true);

        List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());
        assertThat(failures(options, events::add)).isEmpty();
        assertThat(leftOut(events)).as("of what one rank draws").isBetween(1L, 4 * 85L);
        assertThat(events)
                .anySatisfy(event -> assertThat(event)
                        .isInstanceOfSatisfying(
                                RunEvent.LeftOut.class,
                                told -> assertThat(told.why())
                                        .singleElement()
                                        .asString()
                                        .contains(shard + " is damaged: the checksum of its block 1")));
        assertThat(steps(events)).isEqualTo(32);

        events.clear();
        assertThat(failures(both, events::add)).isEmpty();
        assertThat(leftOut(events))
                .as("each of a block's examples in each of four epochs")
                .isEqualTo(4 * 85L);
        assertThat(steps(events)).isEqualTo(32);
    }

    private static long leftOut(List<RunEvent> events) {
        return events.stream()
                .mapToLong(event -> event instanceof RunEvent.LeftOut told ? told.examples() : 0)
                .sum();
    }

    private static long steps(List<RunEvent> events) {
        return events.stream()
                .mapToLong(event ->
                        event instanceof RunEvent.Reported told ? told.report().steps() : 0)
                .sum();
    }

    private static RunOptions on(RunOptions plain, DataSource source) {
        return on(plain, source, false);
    }

    private static RunOptions on(RunOptions plain, DataSource source, boolean skips) {
        return plain.toBuilder()
                .data(new DataOptions("bad", "", 0, 0, FormatOptions.DEFAULT.skippingUnreadable(skips), source))
                .build();
    }

    private static List<Throwable> failures(RunOptions options) throws InterruptedException {
        return failures(options, event -> {});
    }

    private static List<Throwable> failures(RunOptions options, Consumer<RunEvent> events) throws InterruptedException {
        List<Callable<Object>> ranks = new ArrayList<>();
        for (ProcessGroup group : ProcessGroups.inProcess(2, Duration.ofMinutes(10))) {
            ranks.add(() -> {
                try (group) {
                    return new RankRun(
                                    options,
                                    setup -> new SoftmaxReplica(setup.examples().size(), setup.classes(), setup.seed()),
                                    group,
                                    STORAGE,
                                    1,
                                    events,
                                    RankControl.NONE)
                            .call();
                }
            });
        }
        List<Throwable> failures = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (Future<Object> each : threads.invokeAll(ranks)) {
                try {
                    each.get();
                } catch (ExecutionException e) {
                    failures.add(e.getCause());
                }
            }
        } finally {
            threads.shutdownNow();
        }
        return failures;
    }
}
