package io.lockstep.runs.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.training.strategies.BucketSize;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    private final Configuration configuration = new Configuration();

    @Test
    void laterLayersWin() {
        configuration.putAll("learning-rate = 0.5\nepochs 7", "defaults", Origin.SITE);
        configuration.putAll("spark.lockstep.learning-rate = 0.25", "recipe", Origin.RECIPE);
        configuration.put("learning-rate=0.125");

        assertThat(configuration.get(LearningSettings.LEARNING_RATE)).isEqualTo(0.125);
        assertThat(configuration.get(DistributionSettings.EPOCHS)).isEqualTo(7);
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearestAndItsSource() {
        assertThatThrownBy(() -> configuration.putAll("learning-rat = 1", "my.conf", Origin.RECIPE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("my.conf")
                .hasMessageContaining("unknown setting 'learning-rat'")
                .hasMessageContaining("did you mean 'learning-rate'?");
    }

    /** Which nobody would hand to Spark. */
    @Test
    void sparksOwnPropertiesAreRefusedInARecipe() {
        assertThatThrownBy(() -> configuration.putAll("spark.executor.memory = 8g", "my.conf", Origin.RECIPE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("my.conf: spark.executor.memory")
                .hasMessageContaining("--conf");
    }

    @ParameterizedTest
    @ValueSource(strings = {"epochs = 3\nepochs = 4", "epochs = 3\nspark.lockstep.epochs = 4"})
    void aSettingThatAFileHasTwiceIsRefused(String text) {
        assertThatThrownBy(() -> configuration.putAll(text, "my.conf", Origin.RECIPE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("my.conf")
                .hasMessageContaining("epochs");
    }

    @Test
    void whatWasAskedForIsGivenAlsoWhereItIsTheDefault() {
        configuration.put("epochs", DistributionSettings.EPOCHS.defaultText());

        assertThat(configuration.given()).containsOnlyKeys(DistributionSettings.EPOCHS.key());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "epochs=0 | must be from 1",
                "epochs=three | not a whole number",
                "learning-rate=fast | not a number",
                "learning-rate=NaN | must be from",
                "overlap=maybe | true or false",
                "strategy=dpp | did you mean 'ddp'",
                "schedule=cosin | did you mean 'cosine'",
                "deadline=soon | 30s",
                "deadline=0s | at least 1ms",
                "silence=1500ms | at least 2s",
                "bucket-bytes=12 | must be from 1024 bytes",
                "bucket-bytes=99999999999999999999g | too large",
                "workers | expected KEY=VALUE",
            })
    void aValueThatIsNotAllowedIsRefusedWithWhatIs(String assignment, String reason) {
        assertThatThrownBy(() -> configuration.put(assignment))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(assignment.replaceAll("=.*", ""))
                .hasMessageContaining(reason);
    }

    @Test
    void timesBytesAndListsHaveUnits() {
        configuration.put("deadline=500ms");
        configuration.put("bucket-bytes=256k");
        configuration.put("schedule-milestones=80, 120.5");

        assertThat(configuration.get(CommunicationSettings.DEADLINE)).isEqualTo(Duration.ofMillis(500));
        assertThat(configuration.get(CommunicationSettings.BUCKET_BYTES)).isEqualTo(BucketSize.ofBytes(256 * 1024));
        assertThat(configuration.get(LearningSettings.SCHEDULE_MILESTONES)).isEqualTo(List.of(80.0, 120.5));
    }

    @Test
    void feedingTheResolvedTextBackRepeatsIt() {
        configuration.put("learning-rate=0.0625");
        configuration.put("run-dir=file:/with space/and\\backslash");
        Configuration again = new Configuration();

        again.putAll(configuration.asText(), "config.conf", Origin.RUN);

        assertThat(again.asSparkProperties()).isEqualTo(configuration.asSparkProperties());
    }
}
