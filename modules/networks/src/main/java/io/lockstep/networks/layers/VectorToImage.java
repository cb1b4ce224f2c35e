package io.lockstep.networks.layers;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Vectors (N, H W C) as images (N, H, W, C); DL4J's own makes (N, C, H, W). */
public final class VectorToImage implements InputPreProcessor {
    private static final long serialVersionUID = 1L;

    @JsonProperty
    private final long height;

    @JsonProperty
    private final long width;

    @JsonProperty
    private final long channels;

    public VectorToImage(
            @JsonProperty("height") long height,
            @JsonProperty("width") long width,
            @JsonProperty("channels") long channels) {
        this.height = height;
        this.width = width;
        this.channels = channels;
    }

    public long height() {
        return height;
    }

    public long width() {
        return width;
    }

    public long channels() {
        return channels;
    }

    @Override
    public INDArray preProcess(INDArray vectors, int examples, LayerWorkspaceMgr workspaces) {
        INDArray images = vectors.dup('c').reshape('c', vectors.size(0), height, width, channels);
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, images);
    }

    @Override
    public INDArray backprop(INDArray gradient, int examples, LayerWorkspaceMgr workspaces) {
        INDArray vectors = gradient.dup('c').reshape('c', gradient.size(0), height * width * channels);
        return workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, vectors);
    }

    @Override
    public InputPreProcessor clone() {
        return new VectorToImage(height, width, channels);
    }

    @Override
    public InputType getOutputType(InputType input) {
        if (input.arrayElementsPerExample() != height * width * channels) {
            throw new IllegalArgumentException(
                    "expected vectors of " + height + "x" + width + "x" + channels + " elements, not " + input);
        }
        return InputType.convolutional(height, width, channels, CNN2DFormat.NHWC);
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int examples) {
        if (mask != null) {
            throw new UnsupportedOperationException("vectors have no mask");
        }
        return new Pair<>(null, state);
    }
}
