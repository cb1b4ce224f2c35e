package io.lockstep.spark.ml;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Field;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.OutputFeed;
import io.lockstep.runs.settings.UsageException;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * A network and the fields that its inputs read.
 *
 * @param fields of an example, those of the inputs first
 */
record NetworkInputs(NetworkText network, List<Field> fields) {
    /**
     * What is trained; null where the run itself builds it, a network of the zoo.
     *
     * @throws UsageException if the network does not read such fields, or is told what no column tells
     */
    NetworkDefinition definition() {
        if (network.zoo() != null) {
            return null;
        }
        NetworkDefinition definition;
        try {
            definition = network.layers() != null
                    ? NetworkDefinition.of(network.layers(), inputType(fields.get(0), firstLayer()))
                    : graph();
            definition = definition.toldBy(fields);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new UsageException(
                    "the network does not go with the columns, which are " + fields + ": " + e.getMessage(), e);
        }
        requireLengths(definition);
        requireOneLabel(definition);
        return definition;
    }

    private NetworkDefinition graph() {
        List<InputType> inputs = network.inputs();
        if (inputs.isEmpty()) {
            int count = network.graph().getNetworkInputs().size();
            inputs = fields.subList(0, count).stream()
                    .map(field -> inputType(field, null))
                    .toList();
        }
        return new NetworkDefinition(network.graph(), inputs, null, network.feeds());
    }

    private Layer firstLayer() {
        return network.layers().getConf(0).getLayer();
    }

    private static InputType inputType(Field field, Layer reader) {
        List<Integer> shape = field.shape();
        return switch (shape.size()) {
            case 1 -> InputType.feedForward(shape.get(0));
            case 2 -> InputType.recurrent(shape.get(1), shape.get(0));
            case 3 -> InputType.convolutional(shape.get(1), shape.get(2), shape.get(0), format(reader));
            default ->
                throw new UsageException("features of shape " + shape
                        + ": a network reads vectors (n), sequences (steps, n) or pictures (channels, height, width)");
        };
    }

    private static CNN2DFormat format(Layer reader) {
        return reader instanceof ConvolutionLayer convolution ? convolution.getCnn2dDataFormat() : CNN2DFormat.NCHW;
    }

    /** A layer that says how many numbers it reads is given as many. */
    private void requireLengths(NetworkDefinition definition) {
        List<String> inputs = definition.configuration().getNetworkInputs();
        definition.configuration().getVertices().forEach((name, vertex) -> {
            List<String> read = definition.configuration().getVertexInputs().get(name);
            int input = read.size() == 1 ? inputs.indexOf(read.get(0)) : -1;
            boolean vector = input >= 0 && fields.get(input).shape().size() == 1;
            if (vector
                    && vertex instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof FeedForwardLayer dense
                    && !(dense instanceof EmbeddingLayer)
                    && layer.getPreProcessor() == null
                    && dense.getNIn() > 0
                    && dense.getNIn() != fields.get(input).elements()) {
                throw new UsageException("layer '" + name + "' of the network reads " + dense.getNIn()
                        + " numbers, and the columns of features have "
                        + fields.get(input).elements()
                        + ": give it nIn(" + fields.get(input).elements() + ")");
            }
        });
    }

    private static void requireOneLabel(NetworkDefinition definition) {
        for (OutputFeed output : definition.plan().outputs()) {
            if (!output.column().equals(Batch.LABELS)) {
                throw new UsageException("output '" + output.output() + "' of the network has labels of its own, '"
                        + output.column() + "', and an estimator has one labelCol: train it by the Java API");
            }
            if (output.layout().places() > 1) {
                throw new UsageException("output '" + output.output() + "' has a label for each of "
                        + output.layout().places()
                        + " steps or pixels, and labelCol is one for a row: train it by the Java API");
            }
        }
    }
}
