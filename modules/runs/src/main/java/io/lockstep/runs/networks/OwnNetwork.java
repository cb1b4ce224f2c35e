package io.lockstep.runs.networks;

import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.settings.CommunicationSettings;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.NetworkBuilder;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.UsageException;
import java.util.Map;

/** A program's own network, which is there already; its updater is its own, only the learning rate is the settings'. */
record OwnNetwork(NetworkDefinition network) implements NetworkSource {
    @Override
    public void check(Configuration configuration) {
        if (configuration.get(CommunicationSettings.MOMENTUM_CORRECTION)) {
            throw new UsageException("momentum-correction takes the momentum out of the zoo's updater; a network of"
                    + " one's own keeps its updater, so give it plain Sgd and leave momentum-correction = false");
        }
    }

    @Override
    public NetworkBuilder under(Configuration configuration) {
        return FreezingBuilder.of(new OwnBuilder(network), configuration);
    }

    @Override
    public boolean own() {
        return true;
    }

    @Override
    public String resumeCall(String runDir, String master, Map<String, String> changed) {
        StringBuilder call = new StringBuilder("the same program, with Lockstep's resume()");
        call.append(changed.isEmpty() ? " and" : ",")
                .append(" runDir(\"")
                .append(runDir)
                .append("\")");
        changed.forEach((name, value) -> call.append(" and set(\"")
                .append(name)
                .append("\", \"")
                .append(value)
                .append("\")"));
        return call.toString();
    }

    private record OwnBuilder(NetworkDefinition network) implements NetworkBuilder {
        @Override
        public NetworkDefinition build(ImageShape shape, int classes, long seed) {
            if (network.adversarial() != null) {
                int asked = network.adversarial().classes();
                if (asked > 0 && asked != classes) {
                    throw new UsageException(
                            "the generator is asked for " + asked + " classes, the data has " + classes);
                }
            } else if (network.game() != null) {
                return network; // the columns that it reads are looked at with the data
            } else if (classes > 0 && network.classesOfData() != classes) {
                throw new UsageException(
                        "the network tells " + network.classesOfData() + " classes apart, the data has " + classes);
            }
            return network;
        }
    }
}
