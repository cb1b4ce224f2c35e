package io.lockstep.networks.stock;

import static io.lockstep.networks.stock.Example.CLASSES;
import static io.lockstep.networks.stock.Example.VECTOR;
import static io.lockstep.networks.stock.Example.dense;
import static io.lockstep.networks.stock.Example.output;
import static io.lockstep.networks.stock.Example.row;
import static io.lockstep.networks.stock.Example.vector;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.deeplearning4j.nn.weights.WeightInitLecunUniform;
import org.deeplearning4j.nn.weights.WeightInitNormal;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.deeplearning4j.nn.weights.WeightInitReluUniform;
import org.deeplearning4j.nn.weights.WeightInitSigmoidUniform;
import org.deeplearning4j.nn.weights.WeightInitUniform;
import org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanAvg;
import org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanIn;
import org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanOut;
import org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanAvg;
import org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanIn;
import org.deeplearning4j.nn.weights.WeightInitVarScalingUniformFanOut;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.nn.weights.WeightInitXavierLegacy;
import org.deeplearning4j.nn.weights.WeightInitXavierUniform;
import org.deeplearning4j.nn.weights.embeddings.ArrayEmbeddingInitializer;
import org.deeplearning4j.nn.weights.embeddings.WeightInitEmbedding;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationPReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;

/** For each of what layers and updaters are given a network that has it. */
final class PartExamples {
    private PartExamples() {}

    static Map<Class<?>, Supplier<Example>> all() {
        Map<Class<?>, Supplier<Example>> examples = new HashMap<>();
        losses(examples);
        for (IActivation function : activations()) {
            examples.put(function.getClass(), () -> vector(active(function)));
        }
        for (IDropout dropout : List.of(
                new Dropout(0.5),
                new SpatialDropout(0.5),
                new GaussianDropout(0.5),
                new GaussianNoise(0.5),
                new AlphaDropout(0.5))) {
            examples.put(dropout.getClass(), () -> dropping(dropout));
        }
        for (IWeightNoise noise : List.of(new DropConnect(0.5), new WeightNoise(new NormalDistribution(0, 0.1)))) {
            examples.put(noise.getClass(), () -> {
                DenseLayer layer = dense();
                layer.setWeightNoise(noise);
                return vector(layer);
            });
        }
        for (LayerConstraint constraint : List.of(
                new MaxNormConstraint(1, 1),
                new MinMaxNormConstraint(0.1, 1, 1),
                new NonNegativeConstraint(),
                new UnitNormConstraint(1))) {
            examples.put(
                    constraint.getClass(),
                    () -> vector(new DenseLayer.Builder()
                            .nOut(4)
                            .constrainWeights(constraint)
                            .build()));
        }
        for (Regularization term :
                List.of(new L1Regularization(0.1), new L2Regularization(0.1), new WeightDecay(0.1, true))) {
            examples.put(term.getClass(), () -> {
                DenseLayer layer = dense();
                layer.setRegularization(List.of(term));
                return vector(layer);
            });
        }
        updaters(examples);
        initialisations(examples);
        return examples;
    }

    private static void losses(Map<Class<?>, Supplier<Example>> examples) {
        for (ILossFunction loss :
                List.of(new LossMCXENT(), new LossNegativeLogLikelihood(), new LossSparseMCXENT(), new LossKLD())) {
            examples.put(loss.getClass(), () -> losing(loss, CLASSES, Activation.SOFTMAX));
        }
        for (ILossFunction loss : List.of(
                new LossMSE(),
                new LossMAE(),
                new LossL1(),
                new LossL2(),
                new LossMAPE(),
                new LossCosineProximity(),
                new LossHinge(),
                new LossSquaredHinge(),
                new LossMultiLabel(),
                new LossWasserstein())) {
            examples.put(loss.getClass(), () -> losing(loss, CLASSES, Activation.IDENTITY));
        }
        for (ILossFunction loss : List.of(new LossPoisson(), new LossMSLE())) { // of what is positive
            examples.put(loss.getClass(), () -> losing(loss, CLASSES, Activation.SOFTPLUS));
        }
        examples.put(LossBinaryXENT.class, () -> losing(new LossBinaryXENT(), 1, Activation.SIGMOID));
        examples.put(LossFMeasure.class, () -> losing(new LossFMeasure(), 1, Activation.SIGMOID));
        LossMixtureDensity mixture = LossMixtureDensity.builder() // a weight, a mean and a deviation for each Gaussian
                .gaussians(2)
                .labelWidth(1)
                .build();
        examples.put(LossMixtureDensity.class, () -> losing(mixture, 6, Activation.IDENTITY));
    }

    private static Example losing(ILossFunction loss, int outputs, Activation activation) {
        return row(
                VECTOR,
                dense(),
                new OutputLayer.Builder(loss)
                        .nOut(outputs)
                        .activation(activation)
                        .build());
    }

    private static List<IActivation> activations() {
        return List.of(
                new ActivationCube(),
                new ActivationELU(),
                new ActivationGELU(),
                new ActivationHardSigmoid(),
                new ActivationHardTanH(),
                new ActivationIdentity(),
                new ActivationLReLU(),
                new ActivationMish(),
                new ActivationPReLU(Nd4j.ones(DataType.FLOAT, 1, 4).muli(0.1), new long[0]),
                new ActivationRReLU(),
                new ActivationRationalTanh(),
                new ActivationReLU(),
                new ActivationReLU6(),
                new ActivationRectifiedTanh(),
                new ActivationSELU(),
                new ActivationSigmoid(),
                new ActivationSoftPlus(),
                new ActivationSoftSign(),
                new ActivationSoftmax(),
                new ActivationSwish(),
                new ActivationTanH(),
                new ActivationThresholdedReLU());
    }

    private static DenseLayer active(IActivation function) {
        DenseLayer layer = dense();
        layer.setActivationFn(function);
        return layer;
    }

    private static Example dropping(IDropout dropout) {
        if (dropout instanceof SpatialDropout) {
            return row(Example.IMAGE, new org.deeplearning4j.nn.conf.layers.DropoutLayer(dropout), output());
        }
        DenseLayer layer = dense();
        layer.setIDropout(dropout);
        return vector(layer);
    }

    private static void updaters(Map<Class<?>, Supplier<Example>> examples) {
        for (IUpdater updater : List.of(
                new Sgd(0.1),
                new Nesterovs(0.1, 0.9),
                new Adam(0.1),
                new AMSGrad(0.1),
                new AdaMax(0.1),
                new Nadam(0.1),
                new AdaGrad(0.1),
                new RmsProp(0.1),
                new AdaDelta(),
                new NoOp(),
                new AdaBelief(0.1))) {
            examples.put(updater.getClass(), () -> row(Example.learning().updater(updater), VECTOR, dense(), output()));
        }
        ScheduleType type = ScheduleType.ITERATION;
        for (ISchedule schedule : List.of(
                new CycleSchedule(type, 0.9, 100),
                new ExponentialSchedule(type, 0.9, 0.99),
                new FixedSchedule(0.9),
                new InverseSchedule(type, 0.9, 0.1, 1),
                new MapSchedule(type, Map.of(0, 0.9)),
                new PolySchedule(type, 0.9, 2, 100),
                new RampSchedule(new FixedSchedule(0.9), 10),
                new SigmoidSchedule(type, 0.9, 0.1, 10),
                new StepSchedule(type, 0.9, 0.9, 10))) {
            IUpdater momentum = Nesterovs.builder()
                    .learningRate(0.1)
                    .momentumISchedule(schedule)
                    .build();
            examples.put(
                    schedule.getClass(), () -> row(Example.learning().updater(momentum), VECTOR, dense(), output()));
        }
    }

    private static void initialisations(Map<Class<?>, Supplier<Example>> examples) {
        for (IWeightInit init : List.of(
                new WeightInitConstant(0.1),
                new WeightInitDistribution(new NormalDistribution(0, 0.1)),
                new WeightInitLecunUniform(),
                new WeightInitNormal(),
                new WeightInitRelu(),
                new WeightInitReluUniform(),
                new WeightInitSigmoidUniform(),
                new WeightInitUniform(),
                new WeightInitVarScalingNormalFanAvg(),
                new WeightInitVarScalingNormalFanIn(),
                new WeightInitVarScalingNormalFanOut(),
                new WeightInitVarScalingUniformFanAvg(),
                new WeightInitVarScalingUniformFanIn(),
                new WeightInitVarScalingUniformFanOut(),
                new WeightInitXavier(),
                new WeightInitXavierLegacy(),
                new WeightInitXavierUniform())) {
            examples.put(init.getClass(), () -> begun(init, 4));
        }
        examples.put(WeightInitIdentity.class, () -> begun(new WeightInitIdentity(1.0), 6));
        examples.put(
                WeightInitEmbedding.class,
                () -> begun(new WeightInitEmbedding(new ArrayEmbeddingInitializer(Nd4j.rand(6, 4))), 4));
    }

    private static Example begun(IWeightInit init, int outputs) {
        DenseLayer layer = dense();
        layer.setNOut(outputs);
        layer.setWeightInitFn(init);
        return vector(layer);
    }
}
