package io.lockstep.networks;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
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
 * @param updater the optimizer
 * @param learningRate the first step's; {@link io.lockstep.training.Trainee#update} is told each step's
 * @param momentum of {@code nesterovs}, in [0, 1)
 * @param beta1 decay of the mean gradient in the Adam family, in [0, 1)
 * @param beta2 decay of the mean squared gradient in the Adam family and RMSProp, of both means in AdaDelta, in [0, 1)
 * @param epsilon keeps adaptive updaters from dividing by 0; positive
 * @param l1 adds l1 x sign(w) to the mean gradient
 * @param l2 adds l2 x w to the mean gradient: what PyTorch's SGD calls weight_decay
 * @param weightDecay subtracts rate x weightDecay x w after the updater (decoupled), at the step's rate
 * @param maxNorm what the norm of each unit's incoming weights is scaled down to after an update; 0 for no limit
 *     (Srivastava et al. 2014, section 5.1)
 * @param dropout probability of dropping an activation, where the model has dropout, in [0, 1)
 * @param bpttSteps of recurrent networks: how many steps gradients go back, within blocks of so many; 0: all. In DL4J's
 *     configuration it is a truncated back-propagation of that length, which {@link
 *     io.lockstep.networks.compiled.CompiledReplica} takes so: one update a batch, states handed on through all steps
 * @param normGroups of channels that are normalised together where a model has batch norm, in its place: {@link
 *     io.lockstep.networks.layers.GroupNormalization}; {@link #BATCH_NORM}: batch norm it is
 * @param dropConnect probability of dropping a weight of a convolution or dense layer for a step (Wan et al. 2013), in [0, 1)
 * @param initialisation what weights begin with
 * @param labelSmoothing share of each label's probability that is spread over all classes, in [0, 1)
 */
public record Hyperparameters(
        UpdaterName updater,
        double learningRate,
        double momentum,
        double beta1,
        double beta2,
        double epsilon,
        double l1,
        double l2,
        double weightDecay,
        double maxNorm,
        double dropout,
        double dropConnect,
        int bpttSteps,
        int normGroups,
        Initialisation initialisation,
        double labelSmoothing)
        implements Serializable {
    /** Of {@link #normGroups}. */
    public static final int BATCH_NORM = -1;

    public Hyperparameters {
        Objects.requireNonNull(updater, "updater");
        require("learning-rate", learningRate, learningRate >= 0 && Double.isFinite(learningRate), "0 or more");
        requireFraction("momentum", momentum);
        requireFraction("beta1", beta1);
        requireFraction("beta2", beta2);
        require("epsilon", epsilon, epsilon > 0 && Double.isFinite(epsilon), "positive");
        require("l1", l1, l1 >= 0 && Double.isFinite(l1), "0 or more");
        require("l2", l2, l2 >= 0 && Double.isFinite(l2), "0 or more");
        require("weight-decay", weightDecay, weightDecay >= 0 && Double.isFinite(weightDecay), "0 or more");
        require("max-norm", maxNorm, maxNorm >= 0 && Double.isFinite(maxNorm), "0 or more");
        requireFraction("dropout", dropout);
        requireFraction("drop-connect", dropConnect);
        require("bptt-steps", bpttSteps, bpttSteps >= 0, "0 or more");
        Objects.requireNonNull(initialisation, "initialisation");
        require("groups of norm", normGroups, normGroups >= BATCH_NORM, "0 or more");
        requireFraction("label-smoothing", labelSmoothing);
    }

    /** Nesterov's momentum 0.9 at rate 0.1, Adam's usual constants, nothing regularised. */
    public static Hyperparameters defaults() {
        return new Hyperparameters(
                UpdaterName.NESTEROVS,
                0.1,
                0.9,
                0.9,
                0.999,
                1e-8,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                BATCH_NORM,
                Initialisation.MODEL,
                0);
    }

    public Hyperparameters withUpdater(UpdaterName changed, double changedRate) {
        return with(draft -> {
            draft.updater = changed;
            draft.learningRate = changedRate;
        });
    }

    public Hyperparameters withRegularization(double changedL1, double changedL2, double changedDecay) {
        return with(draft -> {
            draft.l1 = changedL1;
            draft.l2 = changedL2;
            draft.weightDecay = changedDecay;
        });
    }

    public Hyperparameters withMaxNorm(double changed) {
        return with(draft -> draft.maxNorm = changed);
    }

    public Hyperparameters withNormGroups(int changed) {
        return with(draft -> draft.normGroups = changed);
    }

    public Hyperparameters withDropout(double changed) {
        return with(draft -> draft.dropout = changed);
    }

    public Hyperparameters withDropConnect(double changed) {
        return with(draft -> draft.dropConnect = changed);
    }

    public Hyperparameters withBpttSteps(int changed) {
        return with(draft -> draft.bpttSteps = changed);
    }

    public Hyperparameters withInitialisation(Initialisation changed) {
        return with(draft -> draft.initialisation = changed);
    }

    public Hyperparameters withLabelSmoothing(double changed) {
        return with(draft -> draft.labelSmoothing = changed);
    }

    private Hyperparameters with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** A copy that can be changed. */
    private static final class Draft {
        UpdaterName updater;
        double learningRate;
        double momentum;
        double beta1;
        double beta2;
        double epsilon;
        double l1;
        double l2;
        double weightDecay;
        double maxNorm;
        double dropout;
        double dropConnect;
        int bpttSteps;
        int normGroups;
        Initialisation initialisation;
        double labelSmoothing;

        Draft(Hyperparameters from) {
            updater = from.updater;
            learningRate = from.learningRate;
            momentum = from.momentum;
            beta1 = from.beta1;
            beta2 = from.beta2;
            epsilon = from.epsilon;
            l1 = from.l1;
            l2 = from.l2;
            weightDecay = from.weightDecay;
            maxNorm = from.maxNorm;
            dropout = from.dropout;
            dropConnect = from.dropConnect;
            bpttSteps = from.bpttSteps;
            normGroups = from.normGroups;
            initialisation = from.initialisation;
            labelSmoothing = from.labelSmoothing;
        }

        Hyperparameters finished() {
            return new Hyperparameters(
                    updater,
                    learningRate,
                    momentum,
                    beta1,
                    beta2,
                    epsilon,
                    l1,
                    l2,
                    weightDecay,
                    maxNorm,
                    dropout,
                    dropConnect,
                    bpttSteps,
                    normGroups,
                    initialisation,
                    labelSmoothing);
        }
    }

    /** Seed and updater, for the layers of a new network to share. {@link #applyTo} it when it is built. */
    public NeuralNetConfiguration.Builder newConfiguration(long seed) {
        return new NeuralNetConfiguration.Builder().seed(seed).updater(updater.create(this));
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
        Hyperparameters near = with(draft -> {
            draft.momentum = Math.nextUp(momentum);
            draft.epsilon = Math.nextUp(epsilon);
        });
        configuration.getVertices().forEach((name, vertex) -> {
            if (vertices.contains(name)
                    && vertex instanceof LayerVertex layerVertex
                    && layerVertex.getLayerConf().getLayer() instanceof BaseLayer layer) {
                layer.setIUpdater(near.updater.create(near));
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
            if (dropConnect > 0 && dropped) {
                base.setWeightNoise(new DropConnect(1 - dropConnect)); // DL4J's is the probability of keeping
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
        if (maxNorm > 0 && !weights.isEmpty()) {
            layer.setConstraints(List.of(new MaxNormConstraint(maxNorm, weights, incoming(layer))));
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
        if (l1 > 0) {
            terms.add(new L1Regularization(l1));
        }
        if (l2 > 0) {
            terms.add(new L2Regularization(l2));
        }
        if (weightDecay > 0) {
            terms.add(new WeightDecay(weightDecay, true));
        }
        return terms;
    }

    private static void requireFraction(String name, double value) {
        require(name, value, value >= 0 && value < 1, "in [0, 1)");
    }

    private static void require(String name, double value, boolean right, String range) {
        if (!right) {
            throw new IllegalArgumentException(name + " must be " + range + ", not " + value);
        }
    }
}
