package io.lockstep.runs.settings;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.engine.Backends;
import io.lockstep.engine.Precision;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.compiled.games.GameReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory.Setup;
import java.io.Serializable;
import java.util.Optional;

/**
 * What runs a network, and how: read once on the driver, asked on the ranks.
 *
 * @param model its name, for messages
 * @param own whether the network is a program's
 * @param syncBatchNorm batch norm over the batches of all ranks
 * @param labelSmoothing share of each label's probability that is spread over all classes
 * @param dropConnect whether the zoo's layers drop weights
 */
public record RuntimeSettings(
        String model,
        boolean own,
        Runtime runtime,
        Precision precision,
        boolean syncBatchNorm,
        double labelSmoothing,
        boolean dropConnect)
        implements Serializable {
    /** The words of the setting {@code runtime}. */
    public enum Runtime {
        AUTO,
        COMPILED,
        DL4J,
        CUDA
    }

    public static RuntimeSettings of(Configuration configuration) {
        return new RuntimeSettings(
                configuration.get(DataSettings.MODEL),
                DataSettings.isOwn(configuration),
                configuration.get(DataSettings.RUNTIME),
                configuration.get(DataSettings.PRECISION),
                configuration.get(CommunicationSettings.SYNC_BATCH_NORM),
                configuration.get(LearningSettings.LABEL_SMOOTHING),
                configuration.isChanged(LearningSettings.DROP_CONNECT));
    }

    /** Executors may have a CPU that multiplies bfloat16 where the driver has not. */
    public RuntimeSettings inFloat32() {
        return new RuntimeSettings(model, own, runtime, Precision.FLOAT32, syncBatchNorm, labelSmoothing, dropConnect);
    }

    /** The same, as far as this host's CPU has it. */
    public RuntimeSettings asHere() {
        return Backends.standard().lacks(precision).isEmpty() ? this : inFloat32();
    }

    public boolean inBfloat16() {
        return precision == Precision.BFLOAT16;
    }

    /** Whether DL4J is asked to run the network, here or on a GPU. */
    public boolean byDl4j() {
        return runtime == Runtime.DL4J || onGpus();
    }

    public boolean onGpus() {
        return runtime == Runtime.CUDA;
    }

    /**
     * Whether DL4J must not run the network instead: it would do something else, or not at all. Its drop-connect does not
     * divide what is kept; a network of one's own has its own, if any, and the setting is not for it.
     */
    public boolean demandsCompiled() {
        return runtime == Runtime.COMPILED || syncBatchNorm || dropConnect && !own;
    }

    /** Why the engine cannot run a network; empty where it can, as it can all of the zoo, or where it is not asked to. */
    public Optional<String> obstacle(NetworkDefinition network) {
        return own && !byDl4j() ? Replicas.obstacle(network, labelSmoothing) : Optional.empty();
    }

    public Replica replica(NetworkDefinition network, Setup setup) {
        if (network.game() != null) {
            return new GameReplica(network, setup.largestBatch(), setup.threads(), precision);
        }
        if (demandsCompiled()) {
            ProcessGroup group = syncBatchNorm ? setup.group() : null;
            return new CompiledReplica(
                    network, setup.largestBatch(), labelSmoothing, setup.threads(), precision, group);
        }
        return byDl4j()
                ? new Dl4jReplica(network, setup.largestBatch(), labelSmoothing)
                : Replicas.fastest(
                        network, setup.largestBatch(), labelSmoothing, setup.threads(), precision, setup.notices());
    }

    /** What of bfloat16 a network is too small for, its plan alone knows. */
    public void noteExactness(Replica replica, Setup setup) {
        if (inBfloat16()
                && replica instanceof CompiledReplica compiled
                && !compiled.plan().rounds()) {
            setup.notices()
                    .accept("precision = bf16 has no effect in this run: " + model
                            + " has no layer that is computed in bfloat16 (convolutions and dense layers of steps, of 16"
                            + " channels or more)");
        }
    }
}
