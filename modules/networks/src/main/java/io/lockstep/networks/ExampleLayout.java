package io.lockstep.networks;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;

/**
 * How an example lies in DL4J's memory: so many numbers (channels, features) at each of so many places (pixels, steps).
 *
 * @param shape of DL4J's array, without the batch
 * @param channelsFirst whether all places of one channel are together, as in (C, H, W); otherwise all channels of one place
 */
public record ExampleLayout(List<Long> shape, int channels, int places, boolean channelsFirst) {
    static ExampleLayout of(InputType type) {
        long[] shape = type.getShape(true);
        boolean first = false;
        long channels = type.arrayElementsPerExample();
        if (type instanceof InputType.InputTypeConvolutional images) {
            first = images.getFormat() == CNN2DFormat.NCHW;
            channels = images.getChannels();
        } else if (type instanceof InputType.InputTypeConvolutional3D volumes) {
            first = volumes.getDataFormat() == Convolution3D.DataFormat.NCDHW;
            channels = volumes.getChannels();
        } else if (type instanceof InputType.InputTypeRecurrent sequence) {
            first = sequence.getFormat() == RNNFormat.NCW;
            channels = sequence.getSize();
        }
        return of(Arrays.copyOfRange(shape, 1, shape.length), channels, first);
    }

    /** A sequence, whatever DL4J has noted of its length. */
    static ExampleLayout ofSteps(int features, int steps, RNNFormat format) {
        boolean first = format == RNNFormat.NCW;
        return of(first ? new long[] {features, steps} : new long[] {steps, features}, features, first);
    }

    private static ExampleLayout of(long[] shape, long channels, boolean channelsFirst) {
        long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        List<Long> dimensions = Arrays.stream(shape).boxed().toList();
        return new ExampleLayout(
                dimensions, Math.toIntExact(channels), Math.toIntExact(elements / channels), channelsFirst);
    }

    /** The same places, with so many channels. */
    public ExampleLayout withChannels(int changed) {
        long[] dimensions = shape.stream().mapToLong(each -> each).toArray();
        dimensions[channelsFirst ? 0 : dimensions.length - 1] = changed;
        return of(dimensions, changed, channelsFirst);
    }

    public int elements() {
        return channels * places;
    }

    /** Dimensions of DL4J's array. */
    public long[] ofBatch(long examples) {
        long[] dimensions = new long[shape.size() + 1];
        dimensions[0] = examples;
        for (int i = 0; i < shape.size(); i++) {
            dimensions[i + 1] = shape.get(i);
        }
        return dimensions;
    }

    /** Where an example's number of a channel is. */
    public int at(int place, int channel) {
        return channelsFirst ? channel * places + place : place * channels + channel;
    }
}
