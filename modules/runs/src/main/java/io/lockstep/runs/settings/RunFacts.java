package io.lockstep.runs.settings;

import io.lockstep.datasets.DataSource;
import io.lockstep.networks.NetworkDefinition;
import org.apache.spark.SparkConf;

/**
 * What is known of a run when its settings are judged.
 *
 * @param source of the network
 * @param conf of the application, or null where that is not known yet
 * @param data null where it has not been opened
 * @param network null where it has not been built
 */
public record RunFacts(
        Configuration configuration, NetworkSource source, SparkConf conf, DataSource data, NetworkDefinition network) {
    /** Of settings alone. */
    public static RunFacts of(Configuration configuration, NetworkSource source, SparkConf conf) {
        return new RunFacts(configuration, source, conf, null, null);
    }

    <T> T get(Setting<T> setting) {
        return configuration.get(setting);
    }

    /** Whether the network is a program's. */
    boolean own() {
        return source.own();
    }

    boolean isGame() {
        return network != null && network.adversarial() != null;
    }

    /** False where it is not known. */
    boolean hasNoPictures() {
        return data != null && !data.hasPictures();
    }

    /** Whether all ranks are known to be on one host. */
    boolean onOneHost() {
        return conf != null && conf.get("spark.master", "").startsWith("local");
    }

    /** Whether a network that is built with one value of a setting is another one than with the other; true where unknown. */
    boolean changesNetwork(Setting<?> setting, String one, String other) {
        return network == null || !built(setting, one).equals(built(setting, other));
    }

    private String built(Setting<?> setting, String text) {
        Configuration changed = configuration.copy();
        changed.derive(setting, text);
        NetworkDefinition built =
                source.under(changed).build(data.shape(), data.classes(), configuration.get(DistributionSettings.SEED));
        return built.configuration().toJson() + built.game();
    }

    /** A sentence with the names of this run's model and updater in it. */
    String filled(String sentence) {
        return sentence.replace("MODEL", get(DataSettings.MODEL)).replace("UPDATER", get(LearningSettings.UPDATER));
    }
}
