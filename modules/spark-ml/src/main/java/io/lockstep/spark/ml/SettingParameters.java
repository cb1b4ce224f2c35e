package io.lockstep.spark.ml;

import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.UsageException;
import java.util.Map;
import java.util.function.BiConsumer;

/** Settings of Lockstep that an estimator has a parameter for, so that no two places say the same. */
final class SettingParameters {
    private static final Map<String, BiConsumer<TrainingParams<?>, String>> ALL = Map.of(
            "model", TrainingParams::setNetwork,
            "workers", (stage, text) -> stage.setNumWorkers(Integer.parseInt(checked("workers", text))),
            "epochs", (stage, text) -> stage.setMaxIter(Integer.parseInt(checked("epochs", text))),
            "global-batch", (stage, text) -> stage.setBatchSize(Integer.parseInt(checked("global-batch", text))),
            "learning-rate", (stage, text) -> stage.setStepSize(Double.parseDouble(checked("learning-rate", text))),
            "seed", (stage, text) -> stage.setSeed(Long.parseLong(checked("seed", text))),
            "strategy", TrainingParams::setStrategy,
            "early-stopping",
                    (stage, text) -> stage.setNumEarlyStoppingRounds(Integer.parseInt(checked("early-stopping", text))),
            "run-dir", TrainingParams::setRunDir,
            "data",
                    (stage, text) -> {
                        throw new UsageException("data: an estimator trains on the DataFrame that fit is given");
                    });

    private static String checked(String setting, String text) {
        new Configuration().put(setting, text); // refuses what it does not allow, and says what it does
        return text.trim();
    }

    private SettingParameters() {}

    /** Whether there is a parameter for the setting, which has the value now. */
    static boolean set(TrainingParams<?> stage, String setting, String text) {
        BiConsumer<TrainingParams<?>, String> setter = ALL.get(setting);
        if (setter != null) {
            setter.accept(stage, text);
        }
        return setter != null;
    }
}
