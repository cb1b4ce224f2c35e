package io.lockstep.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.training.Evaluation;
import io.lockstep.training.RunEvent;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DistributedDataParallel;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts of 0 and 1, and data that is not what a network was trained on. */
class TinySetsTest {
    private static final LocalStorage STORAGE = new LocalStorage();

    @TempDir
    Path folder;

    private RunOptions options(String data, int trainExamples, int testExamples) {
        RunOptions base = new TestRun.Setup(
                        folder,
                        "run",
                        new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.FLOAT32, true))
                .options(3);
        return base.toBuilder().data(data(data, trainExamples, testExamples)).build();
    }

    private DataOptions data(String name, int trainExamples, int testExamples) {
        return new DataOptions(name, folder.toString(), trainExamples, testExamples, TextOptions.DEFAULT);
    }

    @Test
    void oneExampleOfEachTrainsOnTwoRanksThoughOneOfThemHasNothing() throws Exception {
        TestRun run = TestRun.of(2, options("shapes", 1, 1));
        assertThat(run.hashes()).hasSize(2).containsOnly(run.hashes().get(0));
        assertThat(run.started().stepsPerEpoch()).isEqualTo(1);
        assertThat(run.events())
                .filteredOn(event -> event instanceof RunEvent.Evaluated)
                .isNotEmpty()
                .allSatisfy(event -> {
                    Evaluation evaluation = ((RunEvent.Evaluated) event).evaluation();
                    assertThat(evaluation.examples()).isEqualTo(1);
                    assertThat(evaluation.accuracy()).isIn(0.0, 1.0);
                    assertThat(evaluation.loss()).isFinite();
                });
    }

    @Test
    void withoutTestExamplesThereIsNoEvaluation() throws Exception {
        var shapes = new GeneratedShapes(1, 20, 0);
        String path = folder.resolve("untested").toString();
        CifarFormat.write(STORAGE, path, shapes.read(Split.TRAIN), shapes.read(Split.TEST));
        assertThatThrownBy(() -> TestRun.of(2, options(path, 0, 0)))
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no label that counts");
    }

    @Test
    void otherTestDataIsScaledByWhatTheNetworkWasTrainedOn() throws Exception {
        TestRun.of(1, options("shapes", 40, 10));
        String dark = folder.resolve("dark").toString();
        ImageDataset pictures = new GeneratedShapes(7, 30, 20).read(Split.TRAIN);
        byte[] pixels = new byte[20 * pictures.shape().size()];
        byte[] labels = new byte[20];
        for (int i = 0; i < 20; i++) {
            pictures.copyPixels(i, pixels, i * pictures.shape().size());
            labels[i] = (byte) pictures.label(i);
        }
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) ((pixels[i] & 0xff) / 4);
        }
        var set = new ImageDataset("dark", pictures.shape(), pictures.classNames(), pixels, labels);
        CifarFormat.write(STORAGE, dark, set, set);

        DataOptions trained = data("shapes", 40, 10);
        var ranks = new RankEvaluation(
                trained,
                data(dark, 0, 0),
                folder.resolve("run").toString(),
                "newest",
                CheckpointStore.Best.NONE,
                8,
                1,
                setup -> new SoftmaxReplica(setup.examples().size(), setup.classes(), setup.seed()));
        try (var group = ProcessGroups.solo(Duration.ofSeconds(20));
                var replica = new SoftmaxReplica(set.shape().size(), 10, 1)) {
            var checkpoint = new CheckpointStore(STORAGE, folder.resolve("run").toString(), 1, warning -> {})
                    .latest()
                    .orElseThrow();
            replica.load(new ByteArrayInputStream(checkpoint.model()));
            Normalization scale =
                    new GeneratedShapes().read(Split.TRAIN).range(firstForty()).normalization();
            try (var batches = BatchLoader.evaluation(set, 8, LoaderOptions.of(scale))) {
                assertThat(ranks.run(group, STORAGE, 1, notice -> {}).evaluation())
                        .isEqualTo(Evaluation.over(replica, batches, group));
            }
        }
    }

    private static ExampleRange firstForty() {
        return ExampleRange.all(40);
    }
}
