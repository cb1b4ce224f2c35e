package io.lockstep.networks;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.learning.config.IUpdater;

/** The updaters of all of a network's parameters, biases' own ones too, whose rate changes from step to step. */
final class LearningRates {
    private final Set<IUpdater> updaters = Collections.newSetFromMap(new IdentityHashMap<>());
    private double current = Double.NaN;

    LearningRates(ComputationGraph graph) {
        for (GraphVertex vertex : graph.getVertices()) {
            if (vertex.numParams() == 0) {
                continue;
            }
            for (String parameter : vertex.paramTable(false).keySet()) {
                IUpdater updater = vertex.getConfig().getUpdaterByParam(parameter);
                if (updater.hasLearningRate()) {
                    updaters.add(updater);
                }
            }
        }
    }

    /** Takes effect in the next update; replaces a schedule of the network's own. */
    void set(double rate) {
        if (rate == current) {
            return;
        }
        for (IUpdater updater : updaters) {
            updater.setLrAndSchedule(rate, null);
        }
        current = rate;
    }
}
