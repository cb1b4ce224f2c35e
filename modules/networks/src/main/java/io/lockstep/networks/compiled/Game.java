package io.lockstep.networks.compiled;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Backend;
import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.operations.Losses.Judgement;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.networks.Adversarial;
import io.lockstep.networks.Dl4jReplica;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A generator and a discriminator ready to run, on the parameters of one DL4J network: the generator alone (to draw), the
 * discriminator alone (to judge), and both, one after the other, the discriminator's parameters given (for the
 * generator's gradient).
 */
final class Game implements AutoCloseable {
    static final int REAL = 1;
    static final int GENERATED = 0;
    /** Of the normal numbers among a step's random ones. */
    private static final int LATENT_STREAM = 0x6C61;

    final Adversarial rules;
    final Dl4jReplica network;
    final Range generatorPart;
    final Range discriminatorPart;
    final boolean critic;
    private final List<Plan> plans = new ArrayList<>();
    private final Plan generator;
    private final Plan discriminator;
    private final Plan both;
    private final GradientPenalty penalty;
    private final int pictureElements;
    private final ByteBuffer latent; // (N, latent + classes)
    private final ByteBuffer real; // (N, picture + classes); none without classes
    private final float[] judgements;
    private final IntBuffer allReal;
    private final IntBuffer allGenerated;

    Game(Dl4jReplica network, GraphTranslator.Parts parts, Adversarial rules, Backend backend, PlanOptions options) {
        this.network = network;
        this.rules = rules;
        int capacity = options.capacity();
        if (!(parts.graph().last().operation() instanceof Judgement judgement)) {
            throw new IllegalArgumentException("a discriminator ends in one sigmoid with cross-entropy, a critic in one"
                    + " number with LossWasserstein");
        }
        critic = judgement.rule() == Rule.WASSERSTEIN;
        // unclipped: what a sure discriminator tells the generator must not vanish
        Graph whole = parts.graph().endingWith(new Judgement(judgement.rule()));
        Graph drawing = whole.upTo(parts.node());
        Graph judging = handingOutJudgements(whole.after(parts.node()));
        generatorPart = new Range(0, drawing.parameters());
        discriminatorPart = new Range(drawing.parameters(), whole.parameters());
        pictureElements = judging.inputShape().elements() - rules.classes();
        ByteBuffer parameters = network.parameters();
        ByteBuffer gradients = network.gradients();
        ByteBuffer judges = FlatBuffers.slice(parameters, discriminatorPart);
        ByteBuffer judgesGradients = FlatBuffers.slice(gradients, discriminatorPart);
        Rule generatorsRule = rules.saturating() && !critic ? Rule.SATURATING : judgement.rule();
        Graph joint = whole.endingWith(new Judgement(generatorsRule)).frozenAfter(parts.node());
        try {
            generator =
                    own(backend.compile(drawing, options.withParameters(FlatBuffers.slice(parameters, generatorPart))));
            discriminator =
                    own(backend.compile(judging, options.withParameters(judges).withGradients(judgesGradients)));
            both = own(backend.compile(joint, options.withParameters(parameters).withGradients(gradients)));
            penalty = rules.gradientPenalty() == 0
                    ? null
                    : new GradientPenalty(
                            own(backend.compile(judging.towardsInput(), options.withParameters(judges))),
                            discriminator,
                            rules.gradientPenalty(),
                            pictureElements);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        latent = FlatBuffers.allocate((long) capacity * (rules.latent() + rules.classes()));
        real = FlatBuffers.allocate(
                rules.classes() == 0
                        ? 0
                        : (long) capacity * judging.inputShape().elements());
        judgements = new float[capacity];
        allReal = filled(capacity, REAL);
        allGenerated = filled(capacity, GENERATED);
    }

    private Plan own(Plan plan) {
        plans.add(plan);
        return plan;
    }

    private static IntBuffer filled(int count, int value) {
        int[] values = new int[count];
        Arrays.fill(values, value);
        return IntBuffer.wrap(values);
    }

    /** Of all plans. */
    long nativeBytes() {
        return plans.stream().mapToLong(Plan::nativeBytes).sum();
    }

    private static Graph handingOutJudgements(Graph judging) {
        return judging.withOutputs(judging.node(judging.last().input()).name());
    }

    /** What the discriminator gave in its last pass, a number of each of so many examples; valid until the next call. */
    float[] judgements(int examples) {
        ByteBuffer given = discriminator.scores();
        for (int i = 0; i < examples; i++) {
            judgements[i] = given.getFloat(i * Float.BYTES);
        }
        return judgements;
    }

    Plan discriminator() {
        return discriminator;
    }

    /** The generator and, behind it, the discriminator as it stands; its threads also run updates of either. */
    Plan both() {
        return both;
    }

    /** Null without one. */
    GradientPenalty penalty() {
        return penalty;
    }

    /** A label for each of so many pictures. */
    IntBuffer allReal(int examples) {
        return allReal.limit(examples);
    }

    IntBuffer allGenerated(int examples) {
        return allGenerated.limit(examples);
    }

    int pictureElements() {
        return pictureElements;
    }

    /** Elements that the discriminator reads: a picture, and its class. */
    int judgedElements() {
        return pictureElements + rules.classes();
    }

    /** The generator's input for the places of a batch: a function of seed and place, and where it is asked, of labels. */
    ByteBuffer latent(Batch batch, long seed) {
        int each = rules.latent() + rules.classes();
        latent.limit(batch.size() * each * Float.BYTES);
        for (int i = 0; i < batch.size(); i++) {
            long place = batch.firstExample() + i;
            for (int j = 0; j < rules.latent(); j++) {
                float value = (float) DropoutMask.gaussian(seed, LATENT_STREAM, place * rules.latent() + j);
                latent.putFloat((i * each + j) * Float.BYTES, value);
            }
            putClass(latent, i * each + rules.latent(), batch.labels(), i);
        }
        return latent;
    }

    private void putClass(ByteBuffer to, int at, IntBuffer labels, int i) {
        for (int c = 0; c < rules.classes(); c++) {
            to.putFloat((at + c) * Float.BYTES, labels.get(labels.position() + i) == c ? 1 : 0);
        }
    }

    /** The generator's pictures for a batch's places, each with its class behind it; valid until the next call. */
    ByteBuffer draw(Batch batch, long seed, boolean training) {
        generator.forward(latent(batch, seed), batch.size(), batch.firstExample(), seed, training);
        return generator.scores().order(ByteOrder.nativeOrder());
    }

    /** The batch's pictures, each with its class behind it where the discriminator reads that. */
    ByteBuffer judged(Batch batch) {
        if (rules.classes() == 0) {
            return batch.features();
        }
        int each = judgedElements();
        int bytes = pictureElements * Float.BYTES;
        if (batch.features().remaining() != batch.size() * bytes) {
            throw new IllegalArgumentException("a batch of " + batch.size() + " pictures with "
                    + batch.features().remaining() + " bytes, where pictures of " + pictureElements
                    + " numbers have " + batch.size() * bytes);
        }
        real.limit(batch.size() * each * Float.BYTES);
        for (int i = 0; i < batch.size(); i++) {
            int from = batch.features().position() + i * bytes;
            real.put(i * each * Float.BYTES, batch.features(), from, bytes);
            putClass(real, i * each + pictureElements, batch.labels(), i);
        }
        return real;
    }

    @Override
    public void close() {
        plans.forEach(Plan::close);
    }
}
