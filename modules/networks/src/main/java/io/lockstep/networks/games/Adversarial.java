package io.lockstep.networks.games;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/**
 * What makes a network of a generator and, after it, a discriminator: two players of a game (Goodfellow et al. 2014). The
 * network's input is (N, latent + classes): numbers drawn from a normal distribution, and where the generator is told what
 * to draw, its class as one of so many that is 1.
 *
 * @param handover vertex whose output the discriminator reads: a picture in [-1, 1], and the class behind it if there is
 *     one. What comes before it is the generator's, what comes after it the discriminator's
 * @param latent numbers drawn for a picture
 * @param classes that the generator is asked for (Mirza and Osindero 2014); 0: it is not asked
 * @param saturating whether the generator learns from log(1 - D(G(z))), otherwise from -log D(G(z)); of no meaning where
 *     the discriminator is a critic
 */
public record Adversarial(
        String handover, int latent, int classes, boolean saturating, Pace pace, Smoothness smoothness)
        implements Game {
    /**
     * How fast the two players learn.
     *
     * @param discriminatorSteps updates of the discriminator to one of the generator
     * @param generatorRate learning rate of the generator, as a multiple of the discriminator's
     */
    public record Pace(int discriminatorSteps, double generatorRate) implements Serializable {}

    /**
     * What keeps a critic from changing too fast with what it sees.
     *
     * @param weightClip parameters of the discriminator stay within so much of 0 (Arjovsky et al. 2017); 0: they are free
     * @param gradientPenalty times the mean of (|gradient of the critic at a point between| - 1)^2, with a picture and a
     *     sample to both sides, is added to the critic's loss (Gulrajani et al. 2017); 0: it is not
     */
    public record Smoothness(double weightClip, double gradientPenalty) implements Serializable {}

    /** Of the values of its turns: what the generator reads, what it draws, and what the data has of the same kind. */
    public static final String LATENT = "latent";

    public static final String GENERATED = "generated";
    public static final String REAL = "real";

    private static final String GENERATOR = "generator";
    private static final String DISCRIMINATOR = "discriminator";
    private static final String JUDGED = "judged";

    public Adversarial {
        if (latent < 1 || classes < 0 || pace.discriminatorSteps < 1) {
            throw new IllegalArgumentException("a generator of " + latent + " numbers and " + classes + " classes, "
                    + pace.discriminatorSteps + " discriminator steps");
        }
        requirePositive("weight-clip", smoothness.weightClip, true);
        requirePositive("gradient-penalty", smoothness.gradientPenalty, true);
        requirePositive("generator-rate", pace.generatorRate, false);
    }

    private static void requirePositive(String name, double value, boolean orZero) {
        if (!(value > 0 && Double.isFinite(value)) && !(orZero && value == 0)) {
            throw new IllegalArgumentException(name + " must be positive" + (orZero ? " or 0" : "") + ", not " + value);
        }
    }

    /** As in the first papers: one step each, the loss that does not saturate. */
    public static Adversarial of(String handover, int latent, int classes) {
        return new Adversarial(handover, latent, classes, false, new Pace(1, 1), new Smoothness(0, 0));
    }

    public int discriminatorSteps() {
        return pace.discriminatorSteps;
    }

    public double generatorRate() {
        return pace.generatorRate;
    }

    public double weightClip() {
        return smoothness.weightClip;
    }

    public double gradientPenalty() {
        return smoothness.gradientPenalty;
    }

    public Adversarial withDiscriminatorSteps(int changed) {
        return with(new Pace(changed, pace.generatorRate));
    }

    public Adversarial withGeneratorRate(double changed) {
        return with(new Pace(pace.discriminatorSteps, changed));
    }

    public Adversarial withWeightClip(double changed) {
        return with(new Smoothness(changed, smoothness.gradientPenalty));
    }

    public Adversarial withGradientPenalty(double changed) {
        return with(new Smoothness(smoothness.weightClip, changed));
    }

    public Adversarial withSaturating(boolean changed) {
        return new Adversarial(handover, latent, classes, changed, pace, smoothness);
    }

    private Adversarial with(Pace changed) {
        return new Adversarial(handover, latent, classes, saturating, changed, smoothness);
    }

    private Adversarial with(Smoothness changed) {
        return new Adversarial(handover, latent, classes, saturating, pace, changed);
    }

    /**
     * Goodfellow et al. 2014, algorithm 1: the discriminator sees a batch of each kind, in a pass of their own, so that batch
     * norm does not mix them; then the generator draws others, and has them judged.
     */
    @Override
    public TurnList in(ComputationGraphConfiguration network) {
        boolean critic = hasCritic(network);
        requireJudge(network, critic);
        TurnList.Builder game = TurnList.builder()
                .part(GENERATOR, handover, network.getNetworkInputs().toArray(String[]::new))
                .part(DISCRIMINATOR, network.getNetworkOutputs().get(0), handover)
                .given(LATENT, Source.withClass(new Source.Noise(latent, 0), Batch.LABELS, classes))
                .given(REAL, Source.withClass(new Source.Column(Batch.FEATURES), Batch.LABELS, classes))
                .turn(discriminatorsTurn(critic ? Rule.WASSERSTEIN : Rule.CROSS_ENTROPY))
                .turn(generatorsTurn(critic ? Rule.WASSERSTEIN : saturating ? Rule.SATURATING : Rule.CROSS_ENTROPY))
                .pictures();
        measures(critic).forEach(game::measure);
        return game.build();
    }

    private GameTurn discriminatorsTurn(Rule rule) {
        GameTurn turn = GameTurn.training(DISCRIMINATOR, DISCRIMINATOR)
                .drawing(GENERATED, GENERATOR, LATENT)
                .pass(judging(REAL, rule, 1));
        if (gradientPenalty() > 0) {
            turn = turn.pass(new GamePass.Penalty(REAL, GENERATED, gradientPenalty()));
        }
        return turn.pass(judging(GENERATED, rule, 0)).clippedTo(weightClip());
    }

    /** @param label 1: real */
    private static GamePass judging(String value, Rule rule, double label) {
        return GamePass.empty()
                .applied(JUDGED, DISCRIMINATOR, value)
                .loss(
                        value,
                        new BinaryLoss(rule),
                        1,
                        JUDGED,
                        label); // unclipped: a sure judgement still has a gradient
    }

    private GameTurn generatorsTurn(Rule rule) {
        GamePass taken = GamePass.empty()
                .applied(GENERATED, GENERATOR, LATENT)
                .applied(JUDGED, DISCRIMINATOR, GENERATED)
                .loss(GENERATED, new BinaryLoss(rule), 1, JUDGED, 1); // what it wants them taken for
        return GameTurn.training(GENERATOR, GENERATOR)
                .pass(taken)
                .every(discriminatorSteps())
                .atRate(generatorRate());
    }

    /**
     * How the two stand. Of a discriminator V(D, G) = mean log D(x) + mean log(1 - D(G(z))), -log 4 where neither can do
     * better; of a critic mean f(x) - mean f(G(z)).
     */
    private static List<Measure> measures(boolean critic) {
        List<Measure> measures = new ArrayList<>();
        String value = critic ? "wasserstein_estimate" : "value";
        measures.add(new Measure.Losses(value, DISCRIMINATOR, -1, List.of(REAL, GENERATED)));
        if (critic) {
            measures.add(new Measure.Slope("critic_gradient_norm", DISCRIMINATOR));
        } else {
            measures.add(new Measure.Probability("d_real", DISCRIMINATOR, REAL));
            measures.add(new Measure.Probability("d_generated", DISCRIMINATOR, GENERATED));
        }
        measures.add(new Measure.Losses("generator_loss", GENERATOR, 1, List.of(GENERATED)));
        measures.add(new Measure.GradientNorm("generator_gradient_norm", GENERATOR));
        measures.add(new Measure.Spread("diversity", DISCRIMINATOR, GENERATED, REAL));
        return measures;
    }

    private static void requireJudge(ComputationGraphConfiguration network, boolean critic) {
        boolean judges = outputOf(network) instanceof OutputLayer judge
                && judge.getNOut() == 1
                && (critic
                        ? judge.getActivationFn().getClass() == ActivationIdentity.class
                        : judge.getActivationFn().getClass() == ActivationSigmoid.class
                                && judge.getLossFn() instanceof LossBinaryXENT loss
                                && loss.getWeights() == null);
        if (!judges) {
            throw new IllegalArgumentException("a discriminator ends in one sigmoid with cross-entropy, a critic in one"
                    + " number with LossWasserstein");
        }
    }

    private static Layer outputOf(ComputationGraphConfiguration network) {
        return network.getVertices().get(network.getNetworkOutputs().get(0)) instanceof LayerVertex layer
                ? layer.getLayerConf().getLayer()
                : null;
    }

    /** Whether what judges is a critic, whose loss is Wasserstein's, and no discriminator. */
    public static boolean hasCritic(ComputationGraphConfiguration network) {
        return outputOf(network) instanceof BaseOutputLayer judge && judge.getLossFn() instanceof LossWasserstein;
    }

    /**
     * Refuses a network that these rules are not for.
     *
     * @throws IllegalArgumentException if they are for another kind of discriminator
     */
    public void requireFits(ComputationGraphConfiguration network) {
        if (weightClip() == 0 && gradientPenalty() == 0) {
            return;
        }
        if (!hasCritic(network)) {
            throw new IllegalArgumentException("weight-clip and gradient-penalty are for a critic (wgan, wgan-gp)");
        }
        if (gradientPenalty() > 0 && normsReadFrom(network, handover)) {
            throw new IllegalArgumentException("gradient-penalty looks at each picture alone, which batch norm in the"
                    + " critic does not (Gulrajani et al. 2017, section 4); take a critic without it, as wgan-gp has");
        }
    }

    /** Whether there is a batch norm behind a vertex. */
    private static boolean normsReadFrom(ComputationGraphConfiguration network, String vertex) {
        return network.getVertexInputs().entrySet().stream()
                .filter(each -> each.getValue().contains(vertex))
                .map(Map.Entry::getKey)
                .anyMatch(reader -> network.getVertices().get(reader) instanceof LayerVertex layer
                                && layer.getLayerConf().getLayer() instanceof BatchNormalization
                        || normsReadFrom(network, reader));
    }
}
