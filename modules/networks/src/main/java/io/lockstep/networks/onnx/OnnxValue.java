package io.lockstep.networks.onnx;

import java.util.List;

/** What a node hands on: (N, H, W, C) or (N, C, H, W), the other one made when it is first asked for. */
final class OnnxValue {
    private final OnnxBuilder out;
    private String channelsLast;
    private String channelsFirst;

    private OnnxValue(OnnxBuilder out, String channelsLast, String channelsFirst) {
        this.out = out;
        this.channelsLast = channelsLast;
        this.channelsFirst = channelsFirst;
    }

    static OnnxValue channelsLast(OnnxBuilder out, String name) {
        return new OnnxValue(out, name, null);
    }

    static OnnxValue channelsFirst(OnnxBuilder out, String name) {
        return new OnnxValue(out, null, name);
    }

    boolean hasChannelsFirst() {
        return channelsFirst != null;
    }

    /** The name of (N, H, W, C). */
    String channelsLast() {
        if (channelsLast == null) {
            channelsLast = transposed(channelsFirst, "nhwc", 0, 2, 3, 1);
        }
        return channelsLast;
    }

    /** The name of (N, C, H, W). */
    String channelsFirst() {
        if (channelsFirst == null) {
            channelsFirst = transposed(channelsLast, "nchw", 0, 3, 1, 2);
        }
        return channelsFirst;
    }

    private String transposed(String from, String layout, long... order) {
        return out.add("Transpose", from + "/" + layout, List.of(from), OnnxBuilder.integerList("perm", order));
    }
}
