package io.lockstep.networks;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * How a network learns, apart from the schedule of its learning rate.
 *
 * <p>Regularisation is DL4J's: on weights only. Biases have their own settings, which stay 0, and DL4J's batch
 * normalisation refuses any: what they scale is not what over-fits, and decaying batch norm's gamma changes the
 * effective learning rate instead (He et al. 2019, "Bag of Tricks", section 3.1: "no bias decay").
 *
 * @param bpttSteps of recurrent networks: how many time steps gradients go back, within blocks of so many; 0: all. In DL4J's
 *     configuration it is a truncated back-propagation of that length, which {@link
 *     io.lockstep.networks.compiled.CompiledReplica} takes so: one update a batch, states handed on through all time steps
 * @param normGroups of channels that are normalised together where a model has batch norm, in its place: {@link
 *     io.lockstep.networks.layers.GroupNormalization}; {@link #BATCH_NORM}: batch norm it is
 * @param initialisation what weights begin with
 */
public record Hyperparameters(
        UpdaterSettings updaterSettings,
        Regularisation regularisation,
        int bpttSteps,
        int normGroups,
        Initialisation initialisation)
        implements Serializable {
    /** Of {@link #normGroups}. */
    public static final int BATCH_NORM = -1;

    public Hyperparameters {
        Objects.requireNonNull(updaterSettings, "updater");
        Objects.requireNonNull(regularisation, "regularisation");
        Objects.requireNonNull(initialisation, "initialisation");
        require("bptt-steps", bpttSteps, bpttSteps >= 0, "0 or more");
        require("groups of norm", normGroups, normGroups >= BATCH_NORM, "0 or more");
    }

    /** Nesterov's momentum 0.9 at rate 0.1, Adam's usual constants, nothing regularised. */
    public static Hyperparameters defaults() {
        return new Hyperparameters(
                UpdaterSettings.of(UpdaterName.NESTEROVS, 0.1),
                Regularisation.NONE,
                0,
                BATCH_NORM,
                Initialisation.MODEL);
    }

    public UpdaterName updater() {
        return updaterSettings.name();
    }

    public double learningRate() {
        return updaterSettings.learningRate();
    }

    public double momentum() {
        return updaterSettings.momentum();
    }

    public double beta1() {
        return updaterSettings.beta1();
    }

    public double beta2() {
        return updaterSettings.beta2();
    }

    public double epsilon() {
        return updaterSettings.epsilon();
    }

    public double dropout() {
        return regularisation.dropout();
    }

    public double labelSmoothing() {
        return regularisation.labelSmoothing();
    }

    /** With the usual constants of another updater. */
    public Hyperparameters withUpdater(UpdaterName changed, double changedRate) {
        return withUpdater(updaterSettings.named(changed).atRate(changedRate));
    }

    public Hyperparameters withUpdater(UpdaterSettings changed) {
        return new Hyperparameters(changed, regularisation, bpttSteps, normGroups, initialisation);
    }

    public Hyperparameters withRegularisation(Regularisation changed) {
        return new Hyperparameters(updaterSettings, changed, bpttSteps, normGroups, initialisation);
    }

    public Hyperparameters withRegularization(double changedL1, double changedL2, double changedDecay) {
        return withRegularisation(
                regularisation.withL1(changedL1).withL2(changedL2).withWeightDecay(changedDecay));
    }

    public Hyperparameters withMaxNorm(double changed) {
        return withRegularisation(regularisation.withMaxNorm(changed));
    }

    public Hyperparameters withDropout(double changed) {
        return withRegularisation(regularisation.withDropout(changed));
    }

    public Hyperparameters withDropConnect(double changed) {
        return withRegularisation(regularisation.withDropConnect(changed));
    }

    public Hyperparameters withLabelSmoothing(double changed) {
        return withRegularisation(regularisation.withLabelSmoothing(changed));
    }

    public Hyperparameters withNormGroups(int changed) {
        return new Hyperparameters(updaterSettings, regularisation, bpttSteps, changed, initialisation);
    }

    public Hyperparameters withBpttSteps(int changed) {
        return new Hyperparameters(updaterSettings, regularisation, changed, normGroups, initialisation);
    }

    public Hyperparameters withInitialisation(Initialisation changed) {
        return new Hyperparameters(updaterSettings, regularisation, bpttSteps, normGroups, changed);
    }

    /** Seed and updater, for the layers of a new network to share. {@link #applyTo} it when it is built. */
    public NeuralNetConfiguration.Builder newConfiguration(long seed) {
        return new NeuralNetConfiguration.Builder().seed(seed).updater(updater().create(this));
    }

    /**
     * Gives every layer its l1, l2, weight decay, greatest norm, DropConnect and initialisation, and the network its
     * truncation. Layer by layer, because
     * DL4J 1.0.0-M2.1 counts a weight decay that is set for the whole network twice (LayerValidation adds it to layers that
     * inherited it already), and takes l2 and weight decay for alternatives.
     */
    public ComputationGraphConfiguration applyTo(ComputationGraphConfiguration configuration) {
        for (GraphVertex vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layerVertex) {
                applyTo(layerVertex.getLayerConf().getLayer());
            }
        }
        if (bpttSteps > 0) {
            configuration.setBackpropType(BackpropType.TruncatedBPTT);
            configuration.setTbpttFwdLength(bpttSteps);
            configuration.setTbpttBackLength(bpttSteps);
        }
        return configuration;
    }

    /**
     * Gives some of a network's layers updaters of their own, like the others' but for the last bit of a constant: DL4J
     * keeps the states of neighbours with equal updaters in one block, and two networks that take turns need two.
     *
     * @param vertices names of the layers
     */
    public void separateUpdater(ComputationGraphConfiguration configuration, Set<String> vertices) {
        Hyperparameters near = withUpdater(
                updaterSettings.withMomentum(Math.nextUp(momentum())).withEpsilon(Math.nextUp(epsilon())));
        configuration.getVertices().forEach((name, vertex) -> {
            if (vertices.contains(name)
                    && vertex instanceof LayerVertex layerVertex
                    && layerVertex.getLayerConf().getLayer() instanceof BaseLayer layer) {
                layer.setIUpdater(near.updater().create(near));
                layer.setBiasUpdater(layer.getIUpdater());
            }
        });
    }

    private void applyTo(Layer layer) {
        if (layer instanceof BaseLayer base) {
            base.setRegularization(regularization());
            limitNorms(base);
            initialisation.giveTo(base);
            boolean dropped =
                    layer.getClass() == ConvolutionLayer.class || layer instanceof DenseLayer || isOutput(layer);
            if (regularisation.dropConnect() > 0 && dropped) {
                base.setWeightNoise(
                        new DropConnect(1 - regularisation.dropConnect())); // DL4J's is the probability of keeping
            }
        } else if (Wrapped.in(layer) != null) {
            applyTo(Wrapped.in(layer));
        } else if (layer instanceof Bidirectional both) {
            applyTo(both.getFwd());
            applyTo(both.getBwd());
        }
    }

    private static boolean isOutput(Layer layer) {
        return layer instanceof OutputLayer || layer instanceof RnnOutputLayer;
    }

    private void limitNorms(BaseLayer layer) {
        Set<String> weights = Set.copyOf(layer.initializer().weightKeys(layer));
        if (regularisation.maxNorm() > 0 && !weights.isEmpty()) {
            layer.setConstraints(List.of(new MaxNormConstraint(regularisation.maxNorm(), weights, incoming(layer))));
        }
    }

    /** The dimensions of a layer's weights that lie within one unit. */
    private static int[] incoming(BaseLayer layer) {
        if (layer instanceof Deconvolution2D) {
            return new int[] {0, 2, 3}; // (in, out, kernel)
        }
        return layer instanceof ConvolutionLayer ? new int[] {1, 2, 3} : new int[] {0}; // (out, in, kernel); (in, out)
    }

    private List<Regularization> regularization() {
        List<Regularization> terms = new ArrayList<>();
        if (regularisation.l1() > 0) {
            terms.add(new L1Regularization(regularisation.l1()));
        }
        if (regularisation.l2() > 0) {
            terms.add(new L2Regularization(regularisation.l2()));
        }
        if (regularisation.weightDecay() > 0) {
            terms.add(new WeightDecay(regularisation.weightDecay(), true));
        }
        return terms;
    }

    static void requireFraction(String name, double value) {
        require(name, value, value >= 0 && value < 1, "in [0, 1)");
    }

    static void require(String name, double value, boolean right, String range) {
        if (!right) {
            throw new IllegalArgumentException(name + " must be " + range + ", not " + value);
        }
    }
}
