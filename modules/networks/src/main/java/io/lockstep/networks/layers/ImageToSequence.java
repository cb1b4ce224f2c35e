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

/** Images (N, H, W, C) as sequences (N, F, T) of their rows, F = W C, or of their pixels, F = C. */
public final class ImageToSequence implements InputPreProcessor {
    private static final long serialVersionUID = 1L;

    /** What becomes a step. */
    public enum Steps {
        ROWS,
        PIXELS
    }

    @JsonProperty
    private final Steps steps;

    @JsonProperty
    private final long height;

    @JsonProperty
    private final long width;

    @JsonProperty
    private final long channels;

    public ImageToSequence(
            @JsonProperty("steps") Steps steps,
            @JsonProperty("height") long height,
            @JsonProperty("width") long width,
            @JsonProperty("channels") long channels) {
        this.steps = steps;
        this.height = height;
        this.width = width;
        this.channels = channels;
    }

    public Steps steps() {
        return steps;
    }

    private long length() {
        return steps == Steps.ROWS ? height : height * width;
    }

    private long features() {
        return steps == Steps.ROWS ? width * channels : channels;
    }

    @Override
    public INDArray preProcess(INDArray images, int examples, LayerWorkspaceMgr workspaces) {
        INDArray rows = images.dup('c').reshape('c', images.size(0), length(), features());
        return workspaces.dup(ArrayType.ACTIVATIONS, rows.permute(0, 2, 1), 'c');
    }

    @Override
    public INDArray backprop(INDArray gradient, int examples, LayerWorkspaceMgr workspaces) {
        INDArray rows = gradient.permute(0, 2, 1).dup('c');
        INDArray images = rows.reshape('c', gradient.size(0), height, width, channels);
        return workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, images);
    }

    @Override
    public InputPreProcessor clone() {
        return new ImageToSequence(steps, height, width, channels);
    }

    @Override
    public InputType getOutputType(InputType input) {
        boolean fits = input instanceof InputType.InputTypeConvolutional images
                && images.getFormat() == CNN2DFormat.NHWC
                && images.getHeight() == height
                && images.getWidth() == width
                && images.getChannels() == channels;
        if (!fits) {
            throw new IllegalArgumentException(
                    "expected images (N, H, W, C) of " + height + "x" + width + "x" + channels + ", not " + input);
        }
        return InputType.recurrent(features(), length());
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int examples) {
        if (mask != null) {
            throw new UnsupportedOperationException("images have no mask");
        }
        return new Pair<>(null, state);
    }
}
