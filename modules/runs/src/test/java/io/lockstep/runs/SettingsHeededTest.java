package io.lockstep.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.AugmentationSettings;
import io.lockstep.runs.settings.CommunicationSettings;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.LearningSettings;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.Origin;
import io.lockstep.runs.settings.PictureSettings;
import io.lockstep.runs.settings.RunFacts;
import io.lockstep.runs.settings.Setting;
import io.lockstep.runs.settings.Settings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.training.Task;
import io.lockstep.training.strategies.DistributedDataParallel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a run would not heed is refused or told; and what is said to be heeded changes what is trained. */
class SettingsHeededTest {
    /** Values that show within three steps, beside what is set in {@link #base}. */
    private static final Map<String, String> SHOWING = Map.ofEntries(
            Map.entry("train-examples", "12"),
            Map.entry("global-batch", "4"),
            Map.entry("seed", "2"),
            Map.entry("updater", "sgd"),
            Map.entry("learning-rate", "0.02"),
            Map.entry("schedule", "cosine"),
            Map.entry("schedule-factor", "0.5"),
            Map.entry("schedule-milestones", "1"),
            Map.entry("warmup-epochs", "1"),
            Map.entry("momentum", "0.5"),
            Map.entry("beta1", "0.5"),
            Map.entry("beta2", "0.5"),
            Map.entry("epsilon", "0.1"),
            Map.entry("weight-decay", "0.1"),
            Map.entry("l1", "0.1"),
            Map.entry("l2", "0.1"),
            Map.entry("max-norm", "0.01"),
            Map.entry("norm", "layer"),
            Map.entry("dropout", "0.5"),
            Map.entry("drop-connect", "0.5"),
            Map.entry("bptt-steps", "2"),
            Map.entry("initialisation", "he-uniform"),
            Map.entry("discriminator-steps", "2"),
            Map.entry("generator-loss", "saturating"),
            Map.entry("generator-rate", "3"),
            Map.entry("clip-norm", "0.0001"),
            Map.entry("crop-padding", "4"),
            Map.entry("flip", "true"),
            Map.entry("cutout", "8"),
            Map.entry("input-noise", "0.5"),
            Map.entry("sequence-length", "12"));

    @TempDir
    Path folder;

    /** With {@code -Dlockstep.settings.models=all} of models of every kind, which takes minutes. */
    static List<String> runs() {
        List<String> few = List.of("lenet5 adam", "own nesterovs");
        List<String> more = List.of(
                "mlp nesterovs",
                "mlp adadelta",
                "gan adam",
                "wgan rmsprop",
                "lstm adam",
                "char-lstm nesterovs",
                "transformer adam",
                "resnet20 nesterovs");
        return System.getProperty("lockstep.settings.models", "").equals("all")
                ? Stream.concat(few.stream(), more.stream()).toList()
                : few;
    }

    /** Either way: a rule that refused too much would be as wrong as one that lets something pass. */
    @ParameterizedTest
    @MethodSource("runs")
    void aSettingIsHeededWhereItChangesWhatIsTrained(String run) throws IOException {
        String model = run.split(" ")[0];
        NetworkSource own = PlannedRuns.own();
        Configuration base = base(model, run.split(" ")[1]);
        String before = trained(base, own);
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, String> each : SHOWING.entrySet()) {
            Setting<?> setting = setting(each.getKey());
            Configuration changed = base.copy();
            changed.derive(setting, each.getValue()); // not judged, so it goes as far as it goes
            boolean changes = !trained(changed, own).equals(before);
            boolean heeded = setting.heeded().unheeded(setting, facts(changed, own)) == null;
            if (changes != heeded && !setting.name().equals("seed")) {
                wrong.add(setting.name()
                        + (heeded ? " is let pass and changes nothing" : " is refused and changes something"));
            }
        }

        assertThat(wrong).as(run).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model=own updater=adam | updater is for the zoo's networks",
                "model=own momentum=0.9 | momentum is for the zoo's networks",
                "model=own dropout=0 | dropout is for the zoo's networks",
                "model=own generator-rate=2 | is for the zoo's games",
                "model=mlp updater=adam momentum=0.5 | momentum is no constant of updater = adam",
                "model=mlp beta1=0.5 | beta1 is no constant of updater = nesterovs",
                "model=lenet5 bptt-steps=4 | recurrent",
                "model=resnet20 dropout=0.5 | dropout is for models with dropout, and resnet20 has none",
                "model=mlp norm=layer | mlp has none to replace",
                "model=mlp sync-batch-norm=true | sync-batch-norm is for networks with batch norm",
                "model=mlp updater=adadelta learning-rate=0.5 | learning-rate is for updaters with a learning rate",
                "model=mlp schedule-factor=0.5 | belongs to schedule = step, this run has one-cycle",
                "model=mlp epochs=3 steps=4 | epochs is ignored where steps is set",
                "model=wgan generator-loss=saturating | critic",
                "model=gan checkpoint-best=loss | none of gan's checkpoints is better",
                "model=gan early-stopping=2 | no step of gan is better than another",
                "model=mlp early-stopping=2 evaluate-every=0 | early-stopping looks at tests between epochs",
                "model=mlp early-stopping=2 checkpoint-best=off | leave checkpoint-best = auto",
                "model=mlp strategy=dl4j-parameter-averaging early-stopping=2 | they train to the end",
                "model=mlp strategy=dp all-reduce=ring | all-reduce belongs to strategy",
                "model=mlp all-reduce=ring link-costs=measured | all-reduce = auto rests on",
                "model=mlp strategy=gradient-sharing sharing-threshold=0.1 sharing-warmup-epochs=2 | holds it",
                "model=mlp strategy=dl4j-parameter-averaging silence=5s | silence cannot be heeded",
                "model=mlp strategy=dl4j-parameter-averaging clip-norm=1 | global norm",
                "model=transformer data=sort crop-padding=4 | crop-padding is for pictures, and sort has none",
                "model=transformer data=sort flip=true | flip is for pictures",
                "model=wgan strategy=parameter-averaging averaging-period=4 stop-after=8 steps=40 | between two averagings",
                "model=mlp worker-cores=7 | spark.task.cpus",
                "model=mlp worker-memory-mb=1234 | spark.executor.memory",
            })
    void whatACallAsksForInVainIsRefused(String assignments, String reason) {
        Configuration configuration = configuration(assignments, Origin.CALL);

        assertThatThrownBy(() -> PlannedRuns.plan(configuration, source(configuration)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(reason)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model=mlp workers=1 wire=bfloat16 | wire has no effect in this run: it is for what workers exchange",
                "model=mlp security=off | security has no effect in this run: it is for what goes from host to host",
                "model=mlp steps=5 stop-after=9 | stop-after has no effect in this run: it is no less than the run's 5",
                "model=mlp data-home=/nowhere | data-home has no effect in this run",
                "model=mlp train-examples=1000000 | train-examples has no effect in this run: it leaves none out",
                "model=own seed=5 learning-rate=0.2 | the network's own seed, 7",
            })
    void whatHasNothingToDoIsTold(String assignments, String note) throws IOException {
        Configuration configuration = configuration(assignments, Origin.CALL);

        assertThat(PlannedRuns.plan(configuration, source(configuration)).notes())
                .singleElement()
                .asString()
                .contains(note);
    }

    /** Both of its networks' parameters are in one block then, which has no state that could be mixed up. */
    @Test
    void aGameLearnsByAnUpdaterWithoutState() throws IOException {
        Configuration game = base("gan", "sgd");
        String trained = trained(game, PlannedRuns.own());
        game.derive(LearningSettings.GENERATOR_RATE, "2");
        String otherGenerator = trained(game, PlannedRuns.own());
        game.derive(LearningSettings.LEARNING_RATE, "0");

        assertThat(trained(game, PlannedRuns.own())).isNotEqualTo(trained).isNotEqualTo(otherGenerator);
        assertThat(otherGenerator).isNotEqualTo(trained);
    }

    @Test
    void whatARecipeHasForOtherRunsIsToldAndPutBack() throws IOException {
        Configuration configuration = configuration("beta1=0.5 momentum-correction=true wire=bfloat16", Origin.RECIPE);
        configuration.put("model=mlp");
        configuration.put("strategy=dp");

        List<String> notes =
                PlannedRuns.plan(configuration, source(configuration)).notes();

        assertThat(notes).hasSize(3).allMatch(note -> note.contains("has no effect in this run"));
        assertThat(configuration.get(CommunicationSettings.MOMENTUM_CORRECTION)).isFalse();
        assertThat(configuration.isChanged(Settings.of(DistributedDataParallel.WIRE)))
                .isFalse();
    }

    @Test
    void whatTheSitesDefaultsHaveForOtherRunsIsToldInOneLine() throws IOException {
        Configuration configuration = configuration("beta1=0.5 wire=bfloat16 clip-norm=1", Origin.SITE);
        configuration.put("model=lenet5");
        configuration.put("strategy=dl4j-parameter-averaging");

        assertThat(PlannedRuns.plan(configuration, source(configuration)).notes())
                .singleElement()
                .asString()
                .contains("beta1")
                .contains("wire")
                .contains("clip-norm");
        assertThat(configuration.get(LearningSettings.CLIP_NORM)).isZero();
    }

    @Test
    void aRunsConfigurationFedBackIsNotTold() throws IOException {
        Configuration first = configuration("model=mlp steps=4 train-examples=40", Origin.CALL);
        PlannedRuns.plan(first, source(first));
        Configuration again = new Configuration();
        again.putAll(first.asText(), "config.conf", Origin.RECIPE);

        assertThat(PlannedRuns.plan(again, source(again)).notes()).isEmpty();
    }

    @Test
    void noShippedRecipeHasASettingThatItsRunDoesNotHeed() throws IOException {
        try (var recipes = Files.list(Path.of("../../conf/recipes"))) {
            for (Path recipe : recipes.toList()) {
                Configuration configuration = new Configuration();
                configuration.putAll(Files.readString(recipe), recipe.toString(), Origin.CALL);
                String data = configuration.get(DataSettings.DATA);
                boolean text = data.contains("shakespeare");
                configuration.derive(DataSettings.TRAIN_EXAMPLES, "0");
                configuration.derive(DataSettings.TEST_EXAMPLES, "0");
                if (text) {
                    continue; // its examples are not generated
                }
                if (configuration.isChanged(PictureSettings.IMAGE_SIZE)) {
                    configuration.derive(DataSettings.DATA, pictures().toString());
                } else if (!data.equals("sort")) {
                    configuration.derive(DataSettings.DATA, "shapes");
                }

                assertThat(PlannedRuns.plan(configuration, source(configuration))
                                .notes())
                        .as(recipe.toString())
                        .isEmpty();
            }
        }
    }

    /** A folder of pictures by class. */
    private Path pictures() throws IOException {
        for (String picture : List.of("train/a/0", "train/a/1", "train/b/0", "train/b/1", "val/a/0", "val/b/0")) {
            Path file = folder.resolve("pictures/" + picture + ".png");
            Files.createDirectories(file.getParent());
            ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        }
        return folder.resolve("pictures");
    }

    @Test
    void theDefaultRateOfARunIsToldWhereItTakesThePlaceOfTheNetworksOwn() throws IOException {
        NetworkSource own = PlannedRuns.own();
        Configuration configuration = configuration("model=own", Origin.CALL);

        assertThat(PlannedRuns.plan(configuration, own).notes()).isEmpty(); // 0.1 is 0.1
    }

    private Configuration base(String model, String updater) throws IOException {
        Configuration base = new Configuration();
        base.put("model=" + model);
        base.put("data=" + data(model));
        base.derive(LearningSettings.UPDATER, updater);
        base.derive(LearningSettings.LEARNING_RATE, "0.01");
        base.derive(LearningSettings.SCHEDULE, "constant");
        base.derive(AugmentationSettings.FLIP, "false");
        base.derive(DataSettings.SEQUENCE_LENGTH, "16");
        base.derive(DistributionSettings.WORKERS, "1");
        base.derive(DistributionSettings.STEPS, "3");
        base.derive(DataSettings.TRAIN_EXAMPLES, "16");
        base.derive(DataSettings.TEST_EXAMPLES, "4");
        base.derive(DistributionSettings.GLOBAL_BATCH, "8");
        base.derive(FolderSettings.RUN_DIR, folder.resolve("unused").toString());
        return base;
    }

    private String data(String model) throws IOException {
        return switch (model) {
            case "char-lstm" -> PlannedRuns.text(folder).toString();
            case "transformer" -> "sort";
            default -> "shapes";
        };
    }

    private String trained(Configuration configuration, NetworkSource own) throws IOException {
        NetworkSource source = source(configuration, own);
        Task task = facts(configuration, own).network().task();
        return PlannedRuns.train(configuration, source, task, Files.createTempDirectory(folder, "run"));
    }

    private RunFacts facts(Configuration configuration, NetworkSource own) throws IOException {
        NetworkSource source = source(configuration, own);
        var data = SparkJobs.openData(configuration, PlannedRuns.STORAGE);
        var network = source.under(configuration)
                .build(data.shape(), data.classes(), configuration.get(DistributionSettings.SEED));
        return new RunFacts(configuration, source, null, data, network);
    }

    private static NetworkSource source(Configuration configuration) {
        return source(configuration, PlannedRuns.own());
    }

    private static NetworkSource source(Configuration configuration, NetworkSource own) {
        return configuration.get(DataSettings.MODEL).equals(DataSettings.OWN_NETWORK) ? own : Networks.zoo();
    }

    private Configuration configuration(String assignments, Origin origin) {
        Configuration configuration = new Configuration();
        for (String assignment : assignments.split(" ")) {
            configuration.put(assignment.replaceAll("=.*", ""), assignment.replaceAll("^[^=]*=", ""), origin);
        }
        configuration.derive(FolderSettings.RUN_DIR, folder.resolve("run").toString());
        return configuration;
    }

    private static Setting<?> setting(String name) {
        return Settings.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
