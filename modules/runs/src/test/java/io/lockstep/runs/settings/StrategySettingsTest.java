package io.lockstep.runs.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.runs.TrainJob;
import io.lockstep.training.Calibration;
import io.lockstep.training.strategies.GradientSharing;
import io.lockstep.training.strategies.StrategyKind;
import io.lockstep.training.strategies.StrategySetting;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrategySettingsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ddp | averaging-period=8 | belongs to strategy = dl4j-parameter-averaging or parameter-averaging, this run has ddp",
                "dp | wire=bfloat16 | belongs to strategy = auto or ddp",
                "parameter-averaging | bucket-bytes=64k | belongs to strategy = auto or ddp or dp",
                "parameter-averaging | sharing-density=0.1 | belongs to strategy = auto or gradient-sharing",
                "parameter-averaging | stop-after=10 | multiple of averaging-period = 4",
                "gradient-sharing | wire=float16 | belongs to strategy",
                "gradient-sharing | momentum-correction=true updater=adam | with adam there is none",
                "gradient-sharing | sharing-threshold=0.1 sharing-density=0.1 | set one of them",
                "auto | momentum-correction=true | belongs to strategy = gradient-sharing",
                "ddp | micro-batches=3 | does not divide",
            })
    void whatDoesNotGoTogetherIsRefusedWithTheReason(String strategy, String assignments, String reason) {
        Configuration configuration = configuration(strategy, assignments.split(" "));

        assertThatThrownBy(() -> TrainJob.check(configuration))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"averaging-period=0", "sharing-density=0", "sharing-density=2", "bucket-bytes=10", "wire=int8"})
    void whatIsNoValueIsRefused(String assignment) {
        assertThatThrownBy(() -> new Configuration().put(assignment))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(assignment.replaceAll("=.*", ""));
    }

    @ParameterizedTest
    @MethodSource("ofRanks")
    void everyWordHasAStrategyOfItsName(String strategy) {
        Configuration configuration = configuration(strategy);

        assertThatCode(() -> StrategySettings.check(configuration)).doesNotThrowAnyException();
        assertThat(StrategySettings.factory(configuration).name()).isEqualTo(strategy);
    }

    static List<String> ofRanks() {
        return StrategySettings.words(StrategyKind::byRanks);
    }

    @Test
    void everyStrategyIsToldOfAndItsSettingsAreHeededByIt() {
        for (StrategyKind kind : StrategySettings.kinds()) {
            assertThat(DistributionSettings.STRATEGY.meaning()).contains(kind.word());
            for (StrategySetting<?> setting : kind.settings()) {
                assertThat(Settings.of(setting).heeded().knows(kind.word()))
                        .as("%s by %s", setting.name(), kind.word())
                        .isTrue();
            }
        }
    }

    @Test
    void aDecisionLeavesAConfigurationThatRepeatsTheRun() {
        Configuration configuration = configuration("auto", "sharing-density=0.1", "bucket-bytes=64k");

        StrategySettings.take(new Calibration.Decision("strategy", "ddp", "because"), configuration);

        assertThat(configuration.get(DistributionSettings.STRATEGY)).isEqualTo("ddp");
        assertThat(configuration.isChanged(Settings.of(GradientSharing.DENSITY)))
                .isFalse();
        assertThat(configuration.isChanged(CommunicationSettings.BUCKET_BYTES)).isTrue();
        assertThatCode(() -> StrategySettings.check(configuration)).doesNotThrowAnyException();
    }

    private static Configuration configuration(String strategy, String... assignments) {
        Configuration configuration = new Configuration();
        configuration.put("strategy=" + strategy);
        for (String assignment : assignments) {
            configuration.put(assignment);
        }
        return configuration;
    }
}
