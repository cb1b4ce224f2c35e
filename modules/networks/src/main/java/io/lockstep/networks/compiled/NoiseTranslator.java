package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;

/**
 * DL4J's noise as the engine's. The numbers drawn are others than DL4J's, and there are two departures: spatial dropout
 * drops channels whatever the layout (DL4J's drops rows of a picture in NHWC), and DropConnect divides the weights that
 * it keeps by their probability and masks their gradient, as dropout does (DL4J's does neither).
 */
final class NoiseTranslator {
    private NoiseTranslator() {}

    static Operation noise(String name, IDropout noise) {
        if (noise instanceof Dropout dropout && dropout.getPSchedule() == null) {
            return new Operation.Dropout(dropout.getP());
        } else if (noise instanceof SpatialDropout dropout && dropout.getPSchedule() == null) {
            return new Operation.SpatialDropout(dropout.getP());
        } else if (noise instanceof GaussianDropout dropout && dropout.getRateSchedule() == null) {
            return new Operation.GaussianDropout(dropout.getRate());
        } else if (noise instanceof GaussianNoise gaussian && gaussian.getStddevSchedule() == null) {
            return new Operation.GaussianNoise(gaussian.getStddev());
        } else if (noise instanceof AlphaDropout dropout && dropout.getPSchedule() == null) {
            return new Operation.AlphaDropout(dropout.getP());
        }
        throw GraphTranslator.unsupported(name, noise.getClass().getSimpleName() + " with a schedule");
    }

    static void dropConnect(Graph.Builder graph, String name, IWeightNoise noise) {
        if (noise instanceof DropConnect dropConnect
                && dropConnect.getWeightRetainProbSchedule() == null
                && !dropConnect.isApplyToBiases()) {
            graph.dropConnect(name, dropConnect.getWeightRetainProb());
        } else {
            throw GraphTranslator.unsupported(name, "weight noise other than DropConnect of weights");
        }
    }
}
