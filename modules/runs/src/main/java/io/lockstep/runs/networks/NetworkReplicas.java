package io.lockstep.runs.networks;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.hosts.HostFacts;
import io.lockstep.runs.settings.NetworkBuilder;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.spark.JobFailedException;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.ReplicaFactory.Setup;

/** Makes a rank's replica, on the rank, and looks whether there is memory for it. Travels to the executors. */
record NetworkReplicas(NetworkBuilder builder, RuntimeSettings runtime) implements ReplicaFactory {
    @Override
    public Replica create(Setup setup) {
        NetworkDefinition network = builder.build(setup.examples(), setup.classes(), setup.seed());
        long available = HostFacts.availableMemory(); // the replica takes some of it
        Replica replica;
        try {
            replica = runtime.replica(network, setup);
        } catch (ArithmeticException e) { // places in memory are counted by ints
            throw new JobFailedException(
                    Progress.format(
                            "%,d examples at once are more than one buffer holds; raise micro-batches, or lower"
                                    + " global-batch",
                            setup.largestBatch()),
                    e);
        }
        if (setup.group() != null) {
            requireMemory(replica, setup, available);
            runtime.noteExactness(replica, setup);
        }
        return replica;
    }

    private static void requireMemory(Replica replica, Setup setup, long available) {
        try {
            MemoryBudget.require(replica, setup, available);
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
    }
}
