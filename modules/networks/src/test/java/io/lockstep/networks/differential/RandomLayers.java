package io.lockstep.networks.differential;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;

/** Layers that pad, crop, scale, repeat and attend, which the engine composes of several operations. */
final class RandomLayers {
    private final Draw draw;
    private final RandomOptions options;
    private final CNN2DFormat format;

    RandomLayers(Draw draw, RandomOptions options, CNN2DFormat format) {
        this.draw = draw;
        this.options = options;
        this.format = format;
    }

    /** @param type what it reads */
    Layer of(InputType type) {
        if (type instanceof InputType.InputTypeConvolutional images) {
            return image(images);
        } else if (type instanceof InputType.InputTypeRecurrent sequence) {
            return sequence(sequence);
        }
        return vector(Math.toIntExact(type.arrayElementsPerExample()));
    }

    private Layer vector(int size) {
        return switch (draw.between(0, 2)) {
            case 0 -> slopes(List.of((long) size), List.of());
            case 1 -> new RepeatVector.Builder(draw.between(1, 5)).build();
            default -> {
                ElementWiseMultiplicationLayer.Builder scale =
                        new ElementWiseMultiplicationLayer.Builder().nIn(size).nOut(size);
                yield scale.activation(options.activation()).build();
            }
        };
    }

    /** @param shared axes along which a slope is shared, of which the batch is 0 */
    private Layer slopes(List<Long> shape, List<Long> shared) {
        PReLULayer.Builder layer = new PReLULayer.Builder()
                .inputShape(shape.stream().mapToLong(each -> each).toArray());
        if (!shared.isEmpty()) {
            layer.sharedAxes(shared.stream().mapToLong(each -> each).toArray());
        }
        return layer.build();
    }

    private Layer image(InputType.InputTypeConvolutional images) {
        boolean last = format == CNN2DFormat.NHWC;
        long height = images.getHeight();
        long width = images.getWidth();
        long channels = images.getChannels();
        return switch (draw.between(0, 6)) {
            case 5 -> depthwise((int) channels);
            case 6 ->
                channels > 1 ? separable() : depthwise((int) channels); // of one, ND4J forgets half of the weights
            case 0 ->
                new ZeroPaddingLayer.Builder(sides(4, 2)).dataFormat(format).build();
            case 1 ->
                new Cropping2D.Builder(sides(4, (int) Math.min(2, (Math.min(height, width) - 1) / 2)))
                        .dataFormat(format)
                        .build();
            case 2 -> {
                List<Integer> blocks = new ArrayList<>();
                for (int block = 1; block <= 4; block++) {
                    if (height % block == 0 && width % block == 0) {
                        blocks.add(block);
                    }
                }
                yield new SpaceToDepthLayer.Builder(draw.one(blocks), format).build();
            }
            case 3 -> {
                if (height * width > 12) { // ND4J refuses slopes that more than 64 elements share
                    yield new ZeroPaddingLayer.Builder(sides(4, 1))
                            .dataFormat(format)
                            .build();
                }
                yield last
                        ? slopes(List.of(height, width, channels), List.of(1L, 2L))
                        : slopes(List.of(channels, height, width), List.of(2L, 3L));
            }
            default -> new MaskLayer();
        };
    }

    private Layer depthwise(int channels) {
        int multiplier = draw.between(1, 2);
        int kernel = draw.between(1, 3);
        boolean same = draw.chance(0.5);
        DepthwiseConvolution2D.Builder layer = new DepthwiseConvolution2D.Builder(
                        new int[] {kernel, draw.between(1, 3)}, new int[] {draw.between(1, 2), draw.between(1, 2)})
                .depthMultiplier(multiplier)
                .nOut(channels * multiplier)
                .hasBias(draw.chance(0.7));
        options.decorate(layer);
        return layer.convolutionMode(same ? ConvolutionMode.Same : ConvolutionMode.Truncate)
                .dataFormat(format)
                .build();
    }

    private Layer separable() {
        SeparableConvolution2D.Builder layer = new SeparableConvolution2D.Builder(
                        new int[] {draw.between(1, 3), draw.between(1, 3)},
                        new int[] {draw.between(1, 2), draw.between(1, 2)})
                .nOut(draw.between(1, 6))
                .hasBias(draw.chance(0.7));
        options.decorate(layer);
        return layer.convolutionMode(draw.one(ConvolutionMode.Same, ConvolutionMode.Truncate))
                .dataFormat(format)
                .build();
    }

    private Layer convolution() {
        ConvolutionMode mode = draw.one(ConvolutionMode.Truncate, ConvolutionMode.Same, ConvolutionMode.Causal);
        Convolution1DLayer.Builder layer = new Convolution1DLayer.Builder(draw.between(1, 3), draw.between(1, 2))
                .nOut(draw.between(1, 6))
                .hasBias(draw.chance(0.7));
        options.decorate(layer);
        return layer.convolutionMode(mode)
                .dilation(draw.chance(0.8) ? 1 : 2)
                .padding(mode == ConvolutionMode.Truncate ? draw.between(0, 1) : 0)
                .build();
    }

    private int[] sides(int count, int most) {
        int[] sides = new int[count];
        for (int i = 0; i < count; i++) {
            sides[i] = draw.between(0, most);
        }
        return sides;
    }

    private Layer sequence(InputType.InputTypeRecurrent sequence) {
        int steps = (int) sequence.getTimeSeriesLength();
        long features = sequence.getSize();
        return switch (draw.between(0, 9)) {
            case 8, 9 -> convolution();
            case 0 -> new ZeroPadding1DLayer.Builder(draw.between(0, 2), draw.between(0, 2)).build();
            case 1 -> new Cropping1D.Builder(sides(2, (steps - 1) / 2)).build();
            case 2 -> new Upsampling1D.Builder(draw.between(1, 3)).build();
            case 3 -> subsampling();
            case 4 -> slopes(List.of(features, (long) steps), draw.chance(0.5) ? List.of(2L) : List.of());
            case 5 -> new MaskLayer();
            default -> attention((int) features);
        };
    }

    private Layer subsampling() {
        Subsampling1DLayer.Builder pooling = new Subsampling1DLayer.Builder(
                draw.one(
                        SubsamplingLayer.PoolingType.MAX,
                        SubsamplingLayer.PoolingType.AVG,
                        SubsamplingLayer.PoolingType.PNORM),
                draw.between(1, 3),
                draw.between(1, 2));
        return pooling.convolutionMode(draw.one(ConvolutionMode.Truncate, ConvolutionMode.Same))
                .pnorm(draw.between(1, 3))
                .build();
    }

    private Layer attention(int features) {
        if (draw.chance(0.2)) {
            return new SelfAttentionLayer.Builder()
                    .nIn(features)
                    .nOut(features)
                    .nHeads(1)
                    .projectInput(false)
                    .build();
        }
        int heads = draw.between(1, 3);
        return new SelfAttentionLayer.Builder()
                .nIn(features)
                .nHeads(heads)
                .headSize(draw.between(1, 4))
                .nOut(draw.between(1, 6))
                .projectInput(true)
                .build();
    }
}
