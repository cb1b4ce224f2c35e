package io.lockstep.networks.compiled;

import io.lockstep.engine.Plan;
import io.lockstep.kernels.FlatVectors;
import io.lockstep.kernels.UpdaterPasses.Stretch;
import io.lockstep.kernels.UpdaterPasses.Terms;
import io.lockstep.training.NetworkVectors;
import io.lockstep.training.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * What DL4J's ComputationGraphUpdater does, on the same vectors and with the same layout of the state, in one pass over
 * memory: gradient normalisation by layer or parameter, l1 and l2, the updater, weight decay, and the subtraction.
 *
 * <p>The state of a block (neighbouring parameters with equal updaters) is DL4J's: all of the block's first vector, then
 * all of its second, and so on. The pass is cut into pieces that the plan's threads share; which thread takes which
 * makes no difference to the result.
 */
public final class FusedUpdater {
    /** Elements that a thread takes at a time: a quarter of a megabyte of each vector. */
    private static final int PIECE = 1 << 16;
    /** Fewer than these are done before a second thread is awake. */
    private static final int WORTH_A_THREAD = 4 * PIECE;
    /** DL4J's guard against dividing by the norm of a gradient that is all zero. */
    private static final double ZERO_NORM = 1e-5;

    private final Plan plan; // whose threads do it
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Parameter> parts = new ArrayList<>();
    private final List<Piece> pieces = new ArrayList<>();
    private final List<JointNorm> normalizations = new ArrayList<>();
    private final long elements;

    /** Parameters that share an updater; its pass is made anew each step. */
    private static final class Block {
        final IUpdater updater;
        UpdaterRule.Kernel pass;

        Block(IUpdater updater) {
            this.updater = updater;
        }
    }

    /** One parameter of a layer; its terms are made anew each step. */
    private static final class Parameter {
        final Block block;
        final List<Regularization> regularization;
        float factor = 1;
        float bound = Float.POSITIVE_INFINITY;
        Terms terms;

        Parameter(Block block, List<Regularization> regularization) {
            this.block = block;
            this.regularization = regularization == null ? List.of() : regularization;
        }
    }

    private record Piece(Parameter part, Stretch stretch) {}

    /** Parts whose gradient is normalised together. */
    private record JointNorm(
            GradientNormalization kind, double threshold, ByteBuffer gradient, List<Parameter> parts) {}

    private FusedUpdater(List<UpdaterBlock> updaterBlocks, Range range, NetworkVectors network, Plan plan) {
        this.plan = plan;
        parameters = network.parameters();
        gradients = network.gradients();
        elements = range.size();
        Map<Trainable, List<UpdaterBlock.ParamState>> byLayer = new IdentityHashMap<>();
        Map<UpdaterBlock.ParamState, Parameter> partOf = new IdentityHashMap<>();
        for (UpdaterBlock updaterBlock : updaterBlocks) {
            Block block = new Block(updaterOf(updaterBlock));
            blocks.add(block);
            for (UpdaterBlock.ParamState each : updaterBlock.getLayersAndVariablesInBlock()) {
                if (each.getParamOffsetStart() < range.start() || each.getParamOffsetEnd() > range.end()) {
                    continue; // another network's, of a block without state
                }
                Parameter part =
                        new Parameter(block, each.getLayer().getConfig().getRegularizationByParam(each.getParamName()));
                parts.add(part);
                partOf.put(each, part);
                byLayer.computeIfAbsent(each.getLayer(), key -> new ArrayList<>())
                        .add(each);
                cut(part, updaterBlock, each, network.updaterState());
            }
        }
        byLayer.forEach((layer, states) -> addNormalization(layer, states, partOf));
    }

    /**
     * Empty if the network has something that only DL4J does: an updater or a regularisation of its own.
     *
     * @param network its vectors, the updater's state as DL4J lays it out
     * @param plan whose threads share the work
     */
    public static Optional<FusedUpdater> of(ComputationGraph graph, NetworkVectors network, Plan plan) {
        // numParams() leaves out vertices that are no layers
        return of(graph, new Range(0, graph.params().length()), network, plan);
    }

    /**
     * The same for some of the parameters.
     *
     * @throws IllegalArgumentException if a block of the state belongs to others too
     */
    public static Optional<FusedUpdater> of(ComputationGraph graph, Range range, NetworkVectors network, Plan plan) {
        List<UpdaterBlock> blocks = blocks(graph, range);
        for (UpdaterBlock block : blocks) {
            if (!UpdaterRule.knows(updaterOf(block)) || block.isPretrainUpdaterBlock()) {
                return Optional.empty();
            }
            for (UpdaterBlock.ParamState each : block.getLayersAndVariablesInBlock()) {
                List<Regularization> terms = each.getLayer().getConfig().getRegularizationByParam(each.getParamName());
                if (terms != null && !terms.stream().allMatch(FusedUpdater::knows)) {
                    return Optional.empty();
                }
                boolean apart = isByParameter(each.getLayer().getConfig().getGradientNormalization());
                if (apart && !liesWhereItsBlockSays(graph, each)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new FusedUpdater(blocks, range, network, plan));
    }

    /**
     * DL4J's updater takes a layer's parameters for lying in the order of their names' table. Of depthwise convolutions they do
     * not (the bias lies first), and then penalties and updaters of weights and biases take each other's elements, while
     * normalisation by parameter does not.
     */
    private static boolean liesWhereItsBlockSays(ComputationGraph graph, UpdaterBlock.ParamState each) {
        INDArray parameter = each.getLayer().paramTable(false).get(each.getParamName());
        return parameter.offset() - graph.params().offset() == each.getParamOffsetStart();
    }

    private static boolean isByParameter(GradientNormalization kind) {
        return kind == GradientNormalization.RenormalizeL2PerParamType
                || kind == GradientNormalization.ClipL2PerParamType;
    }

    private static List<UpdaterBlock> blocks(ComputationGraph graph, Range range) {
        List<UpdaterBlock> blocks = new ArrayList<>();
        for (UpdaterBlock block : graph.getUpdater(true).getUpdaterBlocks()) {
            boolean begins = range.start() <= block.getParamOffsetStart() && block.getParamOffsetStart() < range.end();
            boolean ends = range.start() < block.getParamOffsetEnd() && block.getParamOffsetEnd() <= range.end();
            boolean withoutState = updaterOf(block).stateSize(1) == 0;
            boolean overlaps = block.getParamOffsetStart() < range.end() && range.start() < block.getParamOffsetEnd();
            if (begins && ends || overlaps && withoutState) {
                blocks.add(block);
            } else if (begins || ends) {
                throw new IllegalArgumentException(
                        "one updater has parameters of two networks in one block of its state;"
                                + " give the networks updaters that differ, if only by an epsilon");
            }
        }
        return blocks;
    }

    /** The part of the updater's state that belongs to a range of parameters: its blocks lie in the same order. */
    public static Range stateOf(ComputationGraph graph, Range range) {
        List<UpdaterBlock> blocks = blocks(graph, range);
        return blocks.isEmpty()
                ? new Range(0, 0)
                : new Range(
                        blocks.get(0).getUpdaterViewOffsetStart(),
                        blocks.get(blocks.size() - 1).getUpdaterViewOffsetEnd());
    }

    private static IUpdater updaterOf(UpdaterBlock block) {
        UpdaterBlock.ParamState first = block.getLayersAndVariablesInBlock().get(0);
        return first.getLayer().getConfig().getUpdaterByParam(first.getParamName());
    }

    private static boolean knows(Regularization term) {
        return term.getClass() == L1Regularization.class
                || term.getClass() == L2Regularization.class
                || term.getClass() == WeightDecay.class;
    }

    private void cut(Parameter part, UpdaterBlock block, UpdaterBlock.ParamState each, ByteBuffer state) {
        int vectors = UpdaterRule.stateVectors(part.block.updater);
        int vectorElements = block.getParamOffsetEnd() - block.getParamOffsetStart();
        for (int start = each.getParamOffsetStart(); start < each.getParamOffsetEnd(); start += PIECE) {
            int size = Math.min(PIECE, each.getParamOffsetEnd() - start);
            int inState = block.getUpdaterViewOffsetStart() + start - block.getParamOffsetStart();
            int last = inState + Math.max(0, vectors - 1) * vectorElements;
            Math.multiplyExact(last, Float.BYTES); // so that no offset is beyond what an int holds
            Stretch stretch = new Stretch(
                    parameters,
                    gradients,
                    Math.multiplyExact(start, Float.BYTES),
                    size,
                    state,
                    inState * Float.BYTES,
                    vectorElements * Float.BYTES);
            pieces.add(new Piece(part, stretch));
        }
    }

    private void addNormalization(
            Trainable layer, List<UpdaterBlock.ParamState> states, Map<UpdaterBlock.ParamState, Parameter> partOf) {
        GradientNormalization kind = layer.getConfig().getGradientNormalization();
        if (kind == null || kind == GradientNormalization.None) {
            return;
        }
        double threshold = layer.getConfig().getGradientNormalizationThreshold();
        if (isByParameter(kind)) {
            for (UpdaterBlock.ParamState each : states) {
                ByteBuffer gradient = gradient(each.getParamOffsetStart(), each.getParamOffsetEnd());
                normalizations.add(new JointNorm(kind, threshold, gradient, List.of(partOf.get(each))));
            }
        } else {
            int start = states.get(0).getParamOffsetStart();
            int end = states.get(states.size() - 1).getParamOffsetEnd();
            List<Parameter> all = states.stream().map(partOf::get).toList();
            normalizations.add(new JointNorm(kind, threshold, gradient(start, end), all));
        }
    }

    private ByteBuffer gradient(int start, int end) {
        return gradients.slice(start * Float.BYTES, (end - start) * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    /** The learning rates are those that the network's updaters hold. */
    public void update(int iteration, int epoch) {
        share(normalizations, FusedUpdater::normalize);
        for (Block block : blocks) {
            block.pass = UpdaterRule.at(block.updater, iteration, epoch);
        }
        for (Parameter part : parts) {
            part.terms = terms(part, iteration, epoch);
        }
        share(pieces, piece -> piece.part.block.pass.run(piece.stretch, piece.part.terms));
    }

    private interface Action<T> {
        void run(T item);
    }

    private <T> void share(List<T> items, Action<T> action) {
        if (items.isEmpty()) {
            return;
        }
        if (elements < WORTH_A_THREAD || plan.threads() == 1) {
            items.forEach(action::run);
            return;
        }
        plan.onEveryThread((thread, threads) -> {
            for (int i = thread; i < items.size(); i += threads) {
                action.run(items.get(i));
            }
        });
    }

    /** As BaseMultiLayerUpdater.preApply does. */
    private static void normalize(JointNorm normalization) {
        double threshold = normalization.threshold;
        float factor = 1;
        float bound = Float.POSITIVE_INFINITY;
        if (normalization.kind == GradientNormalization.ClipElementWiseAbsoluteValue) {
            bound = (float) threshold;
        } else {
            double norm = Math.sqrt(FlatVectors.get().sumOfSquares(normalization.gradient));
            boolean renormalize = normalization.kind == GradientNormalization.RenormalizeL2PerLayer
                    || normalization.kind == GradientNormalization.RenormalizeL2PerParamType;
            if (renormalize) {
                factor = (float) (1 / (norm == 0 ? ZERO_NORM : norm));
            } else if (norm > threshold) {
                factor = (float) (threshold / norm);
            }
        }
        for (Parameter part : normalization.parts) {
            part.factor = factor;
            part.bound = bound;
        }
    }

    private static Terms terms(Parameter part, int iteration, int epoch) {
        double l1 = 0;
        double l2 = 0;
        double decay = 0;
        for (Regularization term : part.regularization) {
            if (term instanceof L1Regularization regularization) {
                l1 += regularization.getL1().valueAt(iteration, epoch);
            } else if (term instanceof L2Regularization regularization) {
                l2 += regularization.getL2().valueAt(iteration, epoch);
            } else if (term instanceof WeightDecay weightDecay) {
                IUpdater updater = part.block.updater;
                boolean byRate = weightDecay.isApplyLR() && updater.hasLearningRate();
                double rate = byRate ? updater.getLearningRate(iteration, epoch) : 1;
                decay += rate * weightDecay.getCoeff().valueAt(iteration, epoch);
            }
        }
        return new Terms(part.factor, part.bound, (float) l1, (float) l2, (float) decay);
    }
}
