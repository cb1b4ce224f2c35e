package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.lockstep;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a hurried person gets wrong: one clear line, the right exit status, nothing that looks like a result. */
class WrongCallsIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train --model resnet21 | resnet20",
                "train --strategy dpp | did you mean 'ddp'",
                "train --strategy dl4j-gradient-sharing | deserialises any object",
                "train --strategy dl4j-gradient-sharing --set dl4j-insecure-transport=yes | network with a prefix",
                "train --strategy dl4j-gradient-sharing --set dl4j-insecure-transport=true --set wire=float16 | belongs to",
                "train --strategy dl4j-parameter-averaging --set dl4j-insecure-transport=true | belongs to",
                "train --strategy dl4j-parameter-averaging --set clip-norm=1 | global norm",
                "train --strategy dl4j-parameter-averaging --global-batch 33 | multiple of workers",
                "train --set averaging-period=0 --strategy parameter-averaging | must be from 1",
                "train --set averaging-period=8 | belongs to strategy = dl4j-parameter-averaging or parameter-averaging",
                "train --set micro-batches=3 | does not divide",
                "train --set learnin-rate=1 | did you mean 'learning-rate'",
                "train --set updater=adamm | adam",
                "train --set precision=bf16 --set runtime=dl4j | leave runtime = auto",
                "train --set precision=half | fp32",
                "train --set min-workers=3 | more than workers",
                "train --set drop-connect=0.5 --set runtime=dl4j | compiled runtime",
                "train --workers none | not a whole number",
                "train --workers 128 | global-batch",
                "train --submission mine | needs --run-dir",
                "train --resume --run-dir nowhere | no run to go on with",
                "train --recipe nowhere.conf | nowhere.conf",
                "train --worker 2 | did you mean --workers",
                "trian | did you mean",
                "evaluate nowhere | nowhere",
                "models resnet21 | resnet20",
                "data describe nowhere | nowhere",
            })
    void isToldBeforeADriverIsStartedInOneLineWithTheRemedy(String call, String expected) {
        assertToldByADryRun(call, expected);
    }

    /** What a run would be refused for by its network and data, which a dry run looks at as the driver does. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train --data ./nowhere | nowhere",
                "train --strategy dl4j-parameter-averaging --model vit | Lockstep's own",
                "train --set bucket-bytes=1g | more than the gradient",
                "train --set sequence-length=16 | no steps",
                "train --set text=masked | without labels",
                "train --set init-from=nowhere | no whole checkpoint",
                "train --set init-from=nowhere.zip | no such file",
                "train --set updater=adam --set momentum=0.5 | momentum is no constant of updater = adam",
                "train --set dropout=0.5 | resnet20 has none",
                "train --epochs 3 --steps 4 | set one of them",
                "train --set beta1=0.5 | beta1 is no constant of updater = nesterovs",
                "train --model bert | reads text",
                "train --model bert-classifier --data sort | labels of an example",
                "train --set weight-clip=0.1 | is for gan",
                "train --model gan --set weight-clip=0.1 | for a critic",
                "train --model wgan --set gradient-penalty=10 | batch norm",
                "train --model gan --data sort | has none",
                "train --model dcgan --set sync-batch-norm=true | does not go with dcgan",
                "train --model dcgan --set runtime=dl4j | does not go with dcgan",
                "train --model dcgan --strategy dl4j-parameter-averaging | does not go with dcgan",
                "train --model wgan-gp --set bucket-bytes=measured | does not go with wgan-gp",
            })
    void isToldByADryRunInOneLineWithTheRemedy(String call, String expected) {
        assertToldByADryRun(call, expected);
    }

    private static void assertToldByADryRun(String call, String expected) {
        List<String> words = new ArrayList<>(List.of(call.trim().split(" ")));
        if (words.get(0).equals("train")) {
            words.add("--dry-run"); // were it right, it would not run
        }

        assertToldInOneLine(inThisProcess(words), expected);
        assertThat(Path.of("runs")).doesNotExist();
    }

    /** What the driver finds out, which a launcher starts, one of each kind, and what a launcher finds out itself. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train --data shape | did you mean 'shapes'",
                "train --data cifar10 --set data-home=empty | data fetch cifar10",
                "train --strategy dl4j-parameter-averaging --model googlenet | auxiliary classifiers",
                "train --model bert --data rhyme.txt --set text=next | leave text = auto",
                "train --set init-from=rhyme.zip | no zip file of DL4J's ModelSerializer",
                "train --dry-run --data /nowhere | file:/nowhere: no such folder",
                "train --resume | --run-dir",
                "train --model dcgan --strategy auto | does not go with dcgan",
                "train --model resnet21 | resnet20",
                "train --master local-cluster[2,1,1024] --workers 3 | 3 workers need 3 slots",
                "train --worker 2 | did you mean --workers",
                "trian | did you mean",
                "evaluate nowhere | nowhere",
            })
    void isToldByTheScriptInOneLineWithTheRemedy(String call, String expected) throws Exception {
        Files.writeString(folder.resolve("rhyme.txt"), "one for sorrow, two for joy,\n".repeat(80));
        Files.writeString(folder.resolve("rhyme.zip"), "one for sorrow");

        assertToldInOneLine(lockstep(folder, call.trim().split(" ")), expected);
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    private static void assertToldInOneLine(Outcome outcome, String expected) {
        assertThat(outcome.status()).as(outcome.out() + outcome.err()).isEqualTo(2);
        assertThat(outcome.err().lines())
                .as(outcome.err())
                .singleElement()
                .asString()
                .contains(expected);
    }

    /** What bin/lockstep starts, without starting a process. */
    private static Outcome inThisProcess(List<String> words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream formerOut = System.out;
        PrintStream formerErr = System.err;
        String formerHome = System.setProperty("lockstep.home", LockstepProcess.DISTRIBUTION.toString());
        try (PrintStream toOut = new PrintStream(out, true, StandardCharsets.UTF_8);
                PrintStream toErr = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            System.setOut(toOut);
            System.setErr(toErr);
            int status = Commands.execute(Commands.StartedBy.LAUNCHER, words.toArray(String[]::new));
            return new Outcome(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(formerOut);
            System.setErr(formerErr);
            if (formerHome == null) {
                System.clearProperty("lockstep.home");
            }
        }
    }

    /** What libraries say when they are first used is no answer to a call. */
    @BeforeAll
    static void loadLibraries() {
        inThisProcess(List.of("train", "--dry-run"));
    }

    @Test
    void aFolderThatHoldsARunIsNotTrainedInto() throws Exception {
        Files.createDirectories(folder.resolve("run"));
        Files.writeString(folder.resolve("run/config.conf"), "");

        Outcome outcome = lockstep(folder, "train", "--run-dir", "run");

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err()).contains("holds a run").contains("--resume");
    }

    @Test
    void aRunFolderThatCannotBeWrittenIsToldBeforeTheRun() throws Exception {
        Files.writeString(folder.resolve("file"), "");

        Outcome outcome = lockstep(folder, "train", "--run-dir", "file/run");

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err().lines()).as(outcome.err()).hasSize(1);
        assertThat(outcome.err()).contains("cannot write the run folder").contains("file/run");
    }

    @Test
    void aTruncatedDataFileIsToldBeforeTheRun() throws Exception {
        Path file = writeShapes().resolve("data_batch_2.bin");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1000));

        Outcome outcome = lockstep(folder, "train", "--data", "shapes-folder");

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err().lines())
                .as(outcome.err())
                .singleElement()
                .asString()
                .contains("data_batch_2.bin");
    }

    @Test
    void aSetWithoutTestExamplesIsToldBeforeTheRun() throws Exception {
        Files.write(writeShapes().resolve("test_batch.bin"), new byte[0]);

        Outcome outcome = lockstep(folder, "train", "--data", "shapes-folder", "--run-dir", "run", "--model", "mlp");

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err().lines())
                .as(outcome.err())
                .singleElement()
                .asString()
                .contains("shapes-folder")
                .contains("has no test examples");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void aLabelOutOfRangeIsToldWithItsPlaceBeforeTheRun() throws Exception {
        Path file = writeShapes().resolve("data_batch_1.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[3 * 3073] = 42;
        Files.write(file, bytes);

        Outcome outcome = lockstep(folder, "train", "--data", "shapes-folder", "--run-dir", "run", "--model", "mlp");

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err().lines())
                .as(outcome.err())
                .singleElement()
                .asString()
                .contains("data_batch_1.bin: record 3 has label 42");
        assertThat(folder.resolve("run")).doesNotExist();
        bytes[3 * 3073] = 2; // once that is mended, the same call again
        Files.write(file, bytes);
        List<String> again = new ArrayList<>(List.of("train", "--data", "shapes-folder", "--run-dir", "run"));
        again.addAll(List.of("--model", "lenet5", "--epochs", "1"));
        again.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        Outcome trained = lockstep(folder, again.toArray(String[]::new));
        assertThat(trained.status()).as(trained.err()).isZero();
    }

    @Test
    void helpTeaches() throws Exception {
        for (List<String> call : List.of(List.of("--help"), List.of("train", "--help"), List.of("data", "--help"))) {
            Outcome outcome = lockstep(folder, call.toArray(String[]::new));
            assertThat(outcome.status()).isZero();
            assertThat(outcome.out()).contains("Usage: lockstep");
        }
    }

    private Path writeShapes() throws IOException {
        Path data = folder.resolve("shapes-folder");
        var shapes = new GeneratedShapes(1, 500, 100);
        CifarFormat.write(new LocalStorage(), data.toString(), shapes.read(Split.TRAIN), shapes.read(Split.TEST));
        return data;
    }
}
