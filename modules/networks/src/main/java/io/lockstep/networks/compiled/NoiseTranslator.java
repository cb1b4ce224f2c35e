package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation;
import io.lockstep.engine.operations.Noise;
import io.lockstep.networks.Exactly;
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
        return Exactly.as(Dropout.class, noise)
                .filter(dropout -> dropout.getPSchedule() == null)
                .<Operation>map(dropout -> new Noise.Dropout(dropout.getP()))
                .or(() -> Exactly.as(SpatialDropout.class, noise)
                        .filter(dropout -> dropout.getPSchedule() == null)
                        .map(dropout -> new Noise.SpatialDropout(dropout.getP())))
                .or(() -> Exactly.as(GaussianDropout.class, noise)
                        .filter(dropout -> dropout.getRateSchedule() == null)
                        .map(dropout -> new Noise.GaussianDropout(dropout.getRate())))
                .or(() -> Exactly.as(GaussianNoise.class, noise)
                        .filter(gaussian -> gaussian.getStddevSchedule() == null)
                        .map(gaussian -> new Noise.GaussianNoise(gaussian.getStddev())))
                .or(() -> Exactly.as(AlphaDropout.class, noise)
                        .filter(dropout -> dropout.getPSchedule() == null)
                        .filter(dropout -> dropout.getAlpha() == AlphaDropout.DEFAULT_ALPHA)
                        .filter(dropout -> dropout.getLambda() == AlphaDropout.DEFAULT_LAMBDA)
                        .map(dropout -> new Noise.AlphaDropout(dropout.getP())))
                .orElseThrow(() -> GraphTranslator.unsupported(
                        name, "dropout " + noise.getClass().getSimpleName() + " with these options"));
    }

    static void dropConnect(GraphBuilder graph, String name, IWeightNoise noise) {
        double retain = Exactly.as(DropConnect.class, noise)
                .filter(dropConnect -> dropConnect.getWeightRetainProbSchedule() == null)
                .filter(dropConnect -> !dropConnect.isApplyToBiases())
                .map(DropConnect::getWeightRetainProb)
                .orElseThrow(() -> GraphTranslator.unsupported(
                        name,
                        "weight noise " + noise.getClass().getSimpleName()
                                + " with these options; it has DropConnect of weights, without a schedule"));
        graph.dropConnect(name, retain);
    }
}
