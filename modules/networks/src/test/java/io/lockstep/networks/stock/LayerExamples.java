package io.lockstep.networks.stock;

import static io.lockstep.networks.stock.Example.CLASSES;
import static io.lockstep.networks.stock.Example.IMAGE;
import static io.lockstep.networks.stock.Example.SEQUENCE;
import static io.lockstep.networks.stock.Example.VECTOR;
import static io.lockstep.networks.stock.Example.VOLUME;
import static io.lockstep.networks.stock.Example.dense;
import static io.lockstep.networks.stock.Example.image;
import static io.lockstep.networks.stock.Example.output;
import static io.lockstep.networks.stock.Example.row;
import static io.lockstep.networks.stock.Example.sequence;
import static io.lockstep.networks.stock.Example.steps;
import static io.lockstep.networks.stock.Example.vector;
import static io.lockstep.networks.stock.Example.volume;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.Pooling1D;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer;
import org.deeplearning4j.nn.layers.util.IdentityLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** For each of DL4J's layers a network that has it where it belongs. */
final class LayerExamples {
    private static final int[] PAIR = {2, 2};
    private static final int[] TRIPLE = {2, 2, 2};

    private LayerExamples() {}

    static Map<Class<?>, Supplier<Example>> all() {
        Map<Class<?>, Supplier<Example>> examples = new HashMap<>();
        vectors(examples);
        images(examples);
        volumes(examples);
        sequences(examples);
        attention(examples);
        wrappers(examples);
        outputs(examples);
        outputsWithMore(examples);
        return examples;
    }

    private static void vectors(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(DenseLayer.class, () -> vector(dense()));
        examples.put(ActivationLayer.class, () -> vector(new ActivationLayer(Activation.TANH)));
        examples.put(DropoutLayer.class, () -> vector(new DropoutLayer(0.5)));
        examples.put(BatchNormalization.class, () -> vector(new BatchNormalization()));
        examples.put(IdentityLayer.class, () -> vector(new IdentityLayer("identity")));
        examples.put(
                PReLULayer.class,
                () -> vector(new PReLULayer.Builder().inputShape(6).build()));
        examples.put(
                ElementWiseMultiplicationLayer.class,
                () -> vector(new ElementWiseMultiplicationLayer.Builder()
                        .nIn(6)
                        .nOut(6)
                        .build()));
        examples.put(
                EmbeddingLayer.class,
                () -> vector(new EmbeddingLayer.Builder().nIn(6).nOut(4).build()));
        examples.put(RepeatVector.class, () -> row(VECTOR, new RepeatVector.Builder(5).build(), steps()));
        examples.put(
                AutoEncoder.class,
                () -> vector(new AutoEncoder.Builder().nOut(4).build()));
        examples.put(
                VariationalAutoencoder.class,
                () -> vector(new VariationalAutoencoder.Builder()
                        .nOut(4)
                        .encoderLayerSizes(4)
                        .decoderLayerSizes(4)
                        .build()));
    }

    private static void images(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(
                ConvolutionLayer.class,
                () -> image(new ConvolutionLayer.Builder(PAIR).nOut(3).build()));
        examples.put(
                Convolution2D.class,
                () -> image(new Convolution2D.Builder(PAIR).nOut(3).build()));
        examples.put(
                Deconvolution2D.class,
                () -> image(new Deconvolution2D.Builder(PAIR, PAIR, new int[] {0, 0})
                        .nOut(3)
                        .build()));
        examples.put(
                DepthwiseConvolution2D.class,
                () -> image(new DepthwiseConvolution2D.Builder(PAIR)
                        .depthMultiplier(2)
                        .nOut(4)
                        .build()));
        examples.put(
                SeparableConvolution2D.class,
                () -> image(new SeparableConvolution2D.Builder(PAIR).nOut(3).build()));
        examples.put(
                LocallyConnected2D.class,
                () -> image(new LocallyConnected2D.Builder()
                        .kernelSize(PAIR)
                        .nOut(3)
                        .build()));
        examples.put(
                SubsamplingLayer.class,
                () -> image(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX, PAIR, PAIR).build()));
        examples.put(
                Pooling2D.class,
                () -> image(new Pooling2D.Builder(SubsamplingLayer.PoolingType.AVG, PAIR, PAIR).build()));
        examples.put(GlobalPoolingLayer.class, () -> image(new GlobalPoolingLayer.Builder(PoolingType.AVG).build()));
        examples.put(LocalResponseNormalization.class, () -> image(new LocalResponseNormalization.Builder().build()));
        examples.put(Upsampling2D.class, () -> image(new Upsampling2D.Builder(2).build()));
        examples.put(ZeroPaddingLayer.class, () -> image(new ZeroPaddingLayer(1, 0, 2, 1)));
        examples.put(Cropping2D.class, () -> image(new Cropping2D(1, 0, 2, 1)));
        examples.put(SpaceToDepthLayer.class, () -> image(new SpaceToDepthLayer.Builder(2).build()));
        examples.put(SpaceToBatchLayer.class, () -> image(new SpaceToBatchLayer.Builder(PAIR).build()));
        PrimaryCapsules primary =
                new PrimaryCapsules.Builder(4, 2).kernelSize(3, 3).stride(1, 1).build();
        CapsuleLayer capsules = new CapsuleLayer.Builder(CLASSES, 4, 1).build();
        CapsuleStrengthLayer strengths = new CapsuleStrengthLayer.Builder().build();
        examples.put(PrimaryCapsules.class, () -> row(IMAGE, primary, capsules, strengths, output()));
        examples.put(CapsuleLayer.class, () -> row(IMAGE, primary, capsules, strengths, output()));
        examples.put(CapsuleStrengthLayer.class, () -> row(IMAGE, primary, capsules, strengths, output()));
    }

    private static void volumes(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(
                Convolution3D.class,
                () -> volume(new Convolution3D.Builder(TRIPLE).nOut(3).build()));
        examples.put(
                Deconvolution3D.class,
                () -> volume(new Deconvolution3D.Builder()
                        .kernelSize(TRIPLE)
                        .stride(TRIPLE)
                        .nOut(3)
                        .build()));
        examples.put(Subsampling3DLayer.class, () -> volume(new Subsampling3DLayer.Builder(TRIPLE, TRIPLE).build()));
        examples.put(Upsampling3D.class, () -> volume(new Upsampling3D.Builder(2).build()));
        examples.put(ZeroPadding3DLayer.class, () -> volume(new ZeroPadding3DLayer.Builder(1).build()));
        examples.put(Cropping3D.class, () -> volume(new Cropping3D.Builder(1, 1, 1).build()));
    }

    private static void sequences(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(LSTM.class, () -> sequence(lstm()));
        examples.put(
                GravesLSTM.class,
                () -> sequence(new GravesLSTM.Builder().nOut(3).build()));
        examples.put(
                GravesBidirectionalLSTM.class,
                () -> sequence(new GravesBidirectionalLSTM.Builder().nOut(3).build()));
        examples.put(
                SimpleRnn.class, () -> sequence(new SimpleRnn.Builder().nOut(3).build()));
        examples.put(
                EmbeddingSequenceLayer.class,
                () -> sequence(new EmbeddingSequenceLayer.Builder()
                        .nIn(4)
                        .nOut(3)
                        .inputLength(5)
                        .build()));
        examples.put(
                Convolution1DLayer.class,
                () -> sequence(new Convolution1DLayer.Builder(2, 1).nOut(3).build()));
        examples.put(
                Convolution1D.class,
                () -> sequence(new Convolution1D.Builder(2, 1).nOut(3).build()));
        examples.put(
                LocallyConnected1D.class,
                () -> sequence(
                        new LocallyConnected1D.Builder().kernelSize(2).nOut(3).build()));
        examples.put(Subsampling1DLayer.class, () -> sequence(new Subsampling1DLayer.Builder(2, 1).build()));
        examples.put(Pooling1D.class, () -> sequence(new Pooling1D.Builder(2, 1).build()));
        examples.put(Upsampling1D.class, () -> sequence(new Upsampling1D.Builder(2).build()));
        examples.put(ZeroPadding1DLayer.class, () -> sequence(new ZeroPadding1DLayer.Builder(1, 2).build()));
        examples.put(Cropping1D.class, () -> sequence(new Cropping1D.Builder(1, 2).build()));
        examples.put(MaskLayer.class, () -> sequence(new MaskLayer()));
    }

    private static void attention(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(
                SelfAttentionLayer.class,
                () -> sequence(new SelfAttentionLayer.Builder()
                        .nOut(4)
                        .nHeads(2)
                        .projectInput(true)
                        .build()));
        examples.put(
                LearnedSelfAttentionLayer.class,
                () -> row(
                        SEQUENCE,
                        new LearnedSelfAttentionLayer.Builder()
                                .nOut(4)
                                .nHeads(2)
                                .nQueries(3)
                                .projectInput(true)
                                .build(),
                        new GlobalPoolingLayer.Builder(PoolingType.AVG).build(),
                        output()));
        examples.put(
                RecurrentAttentionLayer.class,
                () -> sequence(new RecurrentAttentionLayer.Builder()
                        .nIn(4)
                        .nOut(4)
                        .nHeads(1)
                        .projectInput(false)
                        .build()));
    }

    private static void wrappers(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(Bidirectional.class, () -> sequence(new Bidirectional(lstm())));
        examples.put(LastTimeStep.class, () -> row(SEQUENCE, new LastTimeStep(lstm()), output()));
        examples.put(TimeDistributed.class, () -> sequence(new TimeDistributed(dense())));
        examples.put(
                MaskZeroLayer.class,
                () -> sequence(new MaskZeroLayer(new SimpleRnn.Builder().nOut(3).build(), 0)));
        examples.put(FrozenLayer.class, () -> vector(new FrozenLayer(sized(dense()))));
        examples.put(FrozenLayerWithBackprop.class, () -> vector(new FrozenLayerWithBackprop(sized(dense()))));
    }

    /** A wrapper that freezes a layer does not tell it what it reads. */
    private static Layer sized(DenseLayer layer) {
        layer.setNIn(6);
        return layer;
    }

    private static void outputs(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(OutputLayer.class, () -> row(VECTOR, output()));
        examples.put(RnnOutputLayer.class, () -> row(SEQUENCE, steps()));
        examples.put(
                LossLayer.class,
                () -> row(
                        VECTOR,
                        new DenseLayer.Builder().nOut(CLASSES).build(),
                        new LossLayer.Builder(new LossMCXENT())
                                .activation(Activation.SOFTMAX)
                                .build()));
        examples.put(
                CnnLossLayer.class,
                () -> row(
                        IMAGE,
                        new ConvolutionLayer.Builder(1, 1).nOut(CLASSES).build(),
                        new CnnLossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build()));
        examples.put(
                Cnn3DLossLayer.class,
                () -> row(
                        VOLUME,
                        new Convolution3D.Builder(1, 1, 1).nOut(CLASSES).build(),
                        new Cnn3DLossLayer.Builder(Convolution3D.DataFormat.NCDHW)
                                .lossFunction(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build()));
        examples.put(
                RnnLossLayer.class,
                () -> row(
                        SEQUENCE,
                        new SimpleRnn.Builder().nOut(CLASSES).build(),
                        new RnnLossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build()));
    }

    private static void outputsWithMore(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(
                CenterLossOutputLayer.class,
                () -> row(
                        VECTOR,
                        new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build()));
        examples.put(
                OCNNOutputLayer.class,
                () -> row(
                        VECTOR,
                        new OCNNOutputLayer.Builder()
                                .nIn(6)
                                .hiddenLayerSize(4)
                                .nu(0.1)
                                .build()));
        examples.put(
                Yolo2OutputLayer.class,
                () -> row(
                        IMAGE,
                        new ConvolutionLayer.Builder(1, 1).nOut(5 + CLASSES).build(),
                        new Yolo2OutputLayer.Builder()
                                .boundingBoxPriors(Nd4j.createFromArray(new float[][] {{1, 1}}))
                                .build()));
    }

    private static LSTM lstm() {
        return new LSTM.Builder().nOut(3).activation(Activation.TANH).build();
    }
}
