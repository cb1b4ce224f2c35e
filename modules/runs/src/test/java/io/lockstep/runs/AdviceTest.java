package io.lockstep.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a refusal advises, done by the letter, makes the call right. */
class AdviceTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model=mlp precision=bf16 runtime=dl4j | leave runtime = auto | runtime=auto",
                "model=lenet5 drop-connect=0.5 runtime=dl4j | leave runtime = auto | runtime=auto",
                "model=lstm bptt-steps=4 runtime=dl4j | leave runtime = auto | runtime=auto",
                "model=resnet20 sync-batch-norm=true runtime=dl4j | leave runtime = auto | runtime=auto",
                "model=mlp schedule=step | for instance 80, 120 | schedule-milestones=80,120",
                "model=mlp strategy=parameter-averaging stop-after=6 | a multiple of averaging-period = 4 | stop-after=8",
                "model=mlp bucket-bytes=1g | or auto | bucket-bytes=auto",
                "model=wgan bucket-bytes=measured | leave auto, or give a size | bucket-bytes=64k",
                "model=mlp steps=5 epochs=3 | steps = 0 counts in epochs | steps=0",
                "model=mlp strategy=gradient-sharing sharing-threshold=0.1 sharing-density=0.1 | set one of them |"
                        + " sharing-density=0.01",
                "model=lenet5 strategy=dl4j-gradient-sharing | --set dl4j-insecure-transport=true allows it |"
                        + " dl4j-insecure-transport=true",
                "model=gan strategy=auto | choose ddp, dp, parameter-averaging or gradient-sharing | strategy=dp",
                "model=wgan gradient-penalty=10 | take a critic without it, as wgan-gp has | model=wgan-gp",
                "model=mlp strategy=dp wire=bfloat16 | belongs to strategy = auto or ddp | strategy=ddp",
                "model=mlp schedule-factor=0.5 | belongs to schedule = step | schedule=step schedule-milestones=1",
                "model=own momentum-correction=true strategy=gradient-sharing | leave momentum-correction = false |"
                        + " momentum-correction=false",
                "model=bert data=TEXT text=next | leave text = auto | text=auto",
                "model=mlp micro-batches=3 | does not divide | micro-batches=4",
            })
    void aSettingThatIsAdvisedIsRight(String asked, String advice, String followed) throws Exception {
        Configuration wrong = configuration(asked);
        Configuration right = configuration(asked + " " + followed);

        assertThatThrownBy(() -> PlannedRuns.plan(wrong, source(wrong)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(advice);
        assertThatCode(() -> PlannedRuns.plan(right, source(right))).doesNotThrowAnyException();
    }

    @Test
    void howToGoOnIsOneCallThatAShellTakes() {
        NetworkSource zoo = Networks.zoo();

        assertThat(zoo.resumeCall("/runs/mine", "", Map.of()))
                .isEqualTo("bin/lockstep train --resume --run-dir /runs/mine");
        assertThat(zoo.resumeCall("/my runs/1", "spark://host:7077", new TreeMap<>(Map.of("stop-after", "0"))))
                .isEqualTo("bin/lockstep train --resume --run-dir '/my runs/1' --master spark://host:7077"
                        + " --set stop-after=0");
        assertThat(PlannedRuns.own().resumeCall("/runs/mine", "", Map.of()))
                .isEqualTo("the same program, with Lockstep's resume() and runDir(\"/runs/mine\")");
        assertThat(PlannedRuns.own().resumeCall("/runs/mine", "", Map.of("stop-after", "0")))
                .isEqualTo("the same program, with Lockstep's resume(), runDir(\"/runs/mine\") and"
                        + " set(\"stop-after\", \"0\")");
    }

    /** So that a call that failed before the first step can be repeated as it was. */
    @Test
    void aFolderThatIsTakenBackIsNotInTheWay() throws Exception {
        var storage = new LocalStorage();
        Path fresh = folder.resolve("fresh");
        Path mounted = Files.createDirectory(folder.resolve("mounted")); // somebody else made it, and it stays
        for (Path run : new Path[] {fresh, mounted, fresh}) {
            try (RunFolder opened = RunFolder.open(storage, run.toString(), false, "call")) {
                opened.putConfig(new Configuration());
                opened.put("initial.zip", new byte[1]);
                assertThatThrownBy(() -> RunFolder.open(storage, run.toString(), false, "other"))
                        .isInstanceOf(UsageException.class)
                        .hasMessageContaining("holds a run");
                opened.takeBack();
            }
        }

        assertThat(fresh).doesNotExist();
        assertThat(mounted).isEmptyDirectory();
    }

    private static NetworkSource source(Configuration configuration) {
        return configuration.get(DataSettings.MODEL).equals(DataSettings.OWN_NETWORK)
                ? PlannedRuns.own()
                : Networks.zoo();
    }

    private Configuration configuration(String assignments) throws Exception {
        Configuration configuration = new Configuration();
        for (String assignment : assignments.trim().split(" +")) {
            configuration.put(
                    assignment.replace("TEXT", PlannedRuns.text(folder).toString()));
        }
        configuration.derive(FolderSettings.RUN_DIR, folder.resolve("run").toString());
        return configuration;
    }
}
