package io.lockstep.networks.differential;

import io.lockstep.networks.layers.GroupNormalization;
import io.lockstep.networks.layers.GroupedConvolution;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;

/** Draws layers that images go through. */
final class RandomImages {
    private final Draw draw;
    private final RandomOptions options;
    private final CNN2DFormat format;

    RandomImages(Draw draw, RandomOptions options, CNN2DFormat format) {
        this.draw = draw;
        this.options = options;
        this.format = format;
    }

    int[] pair(int from, int to) {
        return draw.chance(0.5)
                ? new int[] {draw.between(from, to), draw.between(from, to)}
                : square(draw.between(from, to));
    }

    static int[] square(int side) {
        return new int[] {side, side};
    }

    int[] dilation() {
        return draw.chance(0.8) ? square(1) : pair(1, 3);
    }

    ConvolutionMode mode() {
        return draw.one(ConvolutionMode.Same, ConvolutionMode.Truncate, ConvolutionMode.Strict);
    }

    int channels() {
        return draw.chance(0.1) ? draw.one(16, 32) : draw.between(1, 6);
    }

    Layer convolution() {
        ConvolutionLayer.Builder convolution = new ConvolutionLayer.Builder(pair(1, 4), pair(1, 3), pair(0, 2))
                .nOut(channels())
                .dilation(dilation())
                .convolutionMode(mode())
                .hasBias(draw.chance(0.7))
                .dataFormat(format);
        options.decorate(convolution);
        return convolution.build();
    }

    Layer transposed() {
        Deconvolution2D.Builder transposed = new Deconvolution2D.Builder(pair(1, 4), pair(1, 3), pair(0, 1))
                .nOut(channels())
                .dilation(dilation())
                .convolutionMode(mode())
                .hasBias(draw.chance(0.7))
                .dataFormat(format);
        options.decorate(transposed);
        return transposed.build();
    }

    Layer grouped(int channels) {
        int groups = draw.one(1, GroupedConvolution.DEPTHWISE);
        int outputs = groups == 1 ? channels() : channels * draw.between(1, 2);
        GroupedConvolution.Builder grouped = new GroupedConvolution.Builder()
                .groups(groups)
                .kernelSize(pair(1, 3))
                .stride(pair(1, 2))
                .padding(pair(0, 1))
                .dilation(dilation())
                .hasBias(draw.chance(0.7))
                .nOut(outputs);
        options.decorate(grouped);
        return grouped.activation(Activation.IDENTITY).build();
    }

    Layer groups(int channels) {
        return new GroupNormalization.Builder()
                .groups(draw.chance(0.5) ? 1 : channels)
                .build();
    }

    /** Never with a window that sees padding alone: ND4J writes beyond its arrays then. */
    Layer subsampling() {
        int[] kernel = pair(1, 4);
        int[] dilation = dilation();
        boolean dense = dilation[0] == 1 && dilation[1] == 1;
        int[] padding = dense ? new int[] {draw.between(0, kernel[0] / 2), draw.between(0, kernel[1] / 2)} : square(0);
        SubsamplingLayer.Builder pooling = new SubsamplingLayer.Builder(
                        draw.one(
                                SubsamplingLayer.PoolingType.MAX,
                                SubsamplingLayer.PoolingType.AVG,
                                SubsamplingLayer.PoolingType.PNORM),
                        kernel,
                        pair(1, 3),
                        padding)
                .convolutionMode(dense ? mode() : ConvolutionMode.Truncate)
                .dilation(dilation)
                .dataFormat(format);
        pooling.pnorm(draw.between(1, 3)).avgPoolIncludePadInDivisor(draw.chance(0.5));
        return pooling.build();
    }

    Layer globalPooling() {
        GlobalPoolingLayer.Builder pooling =
                new GlobalPoolingLayer.Builder(draw.one(PoolingType.values())).pnorm(draw.between(1, 3));
        if (format == CNN2DFormat.NHWC) {
            pooling.poolingDimensions(1, 2);
        }
        return pooling.build();
    }
}
