package io.lockstep.networks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.layers.util.IdentityLayer;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** What was decided of each field of DL4J's configurations: {@code configuration-fields.txt}. */
final class DecidedFields {
    private DecidedFields() {}

    /** What Lockstep reads itself, or does in DL4J's place. */
    static final List<Class<?>> CLASSES = List.of(
            NeuralNetConfiguration.class,
            ComputationGraphConfiguration.class,
            MultiLayerConfiguration.class,
            ConvolutionLayer.class,
            Deconvolution2D.class,
            DepthwiseConvolution2D.class,
            SubsamplingLayer.class,
            Upsampling2D.class,
            BatchNormalization.class,
            LSTM.class,
            SimpleRnn.class,
            DenseLayer.class,
            OutputLayer.class,
            RnnOutputLayer.class,
            LossLayer.class,
            CenterLossOutputLayer.class,
            GlobalPoolingLayer.class,
            LocalResponseNormalization.class,
            EmbeddingSequenceLayer.class,
            Bidirectional.class,
            LastTimeStep.class,
            TimeDistributed.class,
            MaskZeroLayer.class,
            SelfAttentionLayer.class,
            Convolution1DLayer.class,
            Subsampling1DLayer.class,
            Upsampling1D.class,
            ZeroPadding1DLayer.class,
            ZeroPaddingLayer.class,
            Cropping1D.class,
            Cropping2D.class,
            SpaceToDepthLayer.class,
            RepeatVector.class,
            PReLULayer.class,
            ElementWiseMultiplicationLayer.class,
            EmbeddingLayer.class,
            MaskLayer.class,
            IdentityLayer.class,
            ActivationLayer.class,
            DropoutLayer.class,
            LayerVertex.class,
            ElementWiseVertex.class,
            MergeVertex.class,
            SubsetVertex.class,
            PreprocessorVertex.class,
            ScaleVertex.class,
            DuplicateToTimeSeriesVertex.class,
            LastTimeStepVertex.class,
            L2Vertex.class,
            PoolHelperVertex.class,
            ReshapeVertex.class,
            AttentionVertex.class,
            CnnToFeedForwardPreProcessor.class,
            FeedForwardToCnnPreProcessor.class,
            ComposableInputPreProcessor.class,
            RnnToFeedForwardPreProcessor.class,
            FeedForwardToRnnPreProcessor.class,
            Dropout.class,
            SpatialDropout.class,
            GaussianDropout.class,
            GaussianNoise.class,
            AlphaDropout.class,
            DropConnect.class,
            LossMCXENT.class,
            LossNegativeLogLikelihood.class,
            LossSparseMCXENT.class,
            LossBinaryXENT.class,
            LossWasserstein.class,
            ActivationTanH.class,
            ActivationSigmoid.class,
            ActivationReLU.class,
            ActivationLReLU.class,
            ActivationThresholdedReLU.class,
            ActivationELU.class,
            ActivationGELU.class,
            ActivationIdentity.class,
            ActivationSoftmax.class,
            Sgd.class,
            NoOp.class,
            Nesterovs.class,
            AdaGrad.class,
            AdaDelta.class,
            RmsProp.class,
            Adam.class,
            AMSGrad.class,
            AdaMax.class,
            Nadam.class,
            L1Regularization.class,
            L2Regularization.class,
            WeightDecay.class);

    /** By "class field". */
    static Map<String, List<String>> decided() {
        try (InputStream in = DecidedFields.class.getResourceAsStream("configuration-fields.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> List.of(line.strip().split("\\s+", 4)))
                    .collect(Collectors.toMap(words -> words.get(0) + " " + words.get(1), words -> words));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Set<String> decidedAs(String verdict) {
        return decided().entrySet().stream()
                .filter(each -> each.getValue().get(2).equals(verdict))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
