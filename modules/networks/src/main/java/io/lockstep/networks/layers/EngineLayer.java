package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer of sequences, (N, F, T) in DL4J, or of images, whose operations are the engine's. A subclass says which
 * parameters it has
 * and which operations it is. A compiled replica runs it fast; in DL4J itself the reference backend runs it.
 */
public abstract class EngineLayer extends BaseRecurrentLayer {
    /** How a parameter begins, and whether regularisation is for it. */
    public enum Kind {
        /** By the layer's weight initialisation; regularised. */
        WEIGHT,
        /** Weights between states: by the recurrent initialisation, if one is set; regularised. */
        RECURRENT_WEIGHT,
        /** Zeros. */
        BIAS,
        /** Ones. */
        GAIN
    }

    /**
     * A parameter, in the order of the flat vector.
     *
     * @param rows as it lies in memory, row by row; 1 for a vector
     * @param columns inputs of a row
     * @param fanOut outputs that an input goes to, which some initialisations ask for; the fan-in is the columns
     */
    public record Parameter(String name, Kind kind, long rows, long columns, double fanOut) {
        /** Of an input that goes to every row. */
        public Parameter(String name, Kind kind, long rows, long columns) {
            this(name, kind, rows, columns, rows);
        }

        long size() {
            return rows * columns;
        }
    }

    protected EngineLayer() {
        // DL4J's JSON fills the fields
    }

    protected EngineLayer(BaseRecurrentLayer.Builder<?> builder) {
        super(builder);
    }

    /** In the order of the flat vector, once the input's size is known. */
    protected abstract List<Parameter> listParameters();

    /**
     * Appends the operations.
     *
     * @param input the node to read
     * @return the node that has the layer's output
     */
    public abstract String append(GraphBuilder graph, String name, String input);

    /**
     * The same of sequences some of whose steps are only filled up, as a {@code MaskZeroLayer} has them.
     *
     * @param mask the node that tells, with a number a step, 0 for one that is not there
     */
    public String appendMasked(GraphBuilder graph, String name, String input, String mask) {
        throw new UnsupportedOperationException("layer '" + name + "': "
                + getClass().getSimpleName() + " takes no mask of its steps; take it out of the MaskZeroLayer");
    }

    /** Whether the output is a vector of each example. */
    boolean isVector(boolean ofVectors) {
        return ofVectors;
    }

    /** How images lie, of a layer that takes them. */
    CNN2DFormat imageFormat() {
        return CNN2DFormat.NHWC;
    }

    /**
     * In products with weights and of activations, of one forward pass of one example.
     *
     * @param steps of the sequence, or pixels of the image that comes out
     */
    public long multiplyAdds(long steps) {
        return steps
                * listParameters().stream()
                        .filter(parameter ->
                                parameter.kind() == Kind.WEIGHT || parameter.kind() == Kind.RECURRENT_WEIGHT)
                        .mapToLong(Parameter::size)
                        .sum();
    }

    @Override
    public final Layer instantiate(
            NeuralNetConfiguration configuration,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType type) {
        EngineLayerRunner layer = new EngineLayerRunner(configuration, type);
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(parameters);
        Map<String, INDArray> table = initializer().init(configuration, parameters, initialize);
        layer.setParamTable(table);
        layer.setConf(configuration);
        return layer;
    }

    @Override
    public ParamInitializer initializer() {
        return EngineLayerParameters.INSTANCE;
    }

    /** DL4J's estimate of memory is not asked for. */
    @Override
    public LayerMemoryReport getMemoryReport(InputType input) {
        throw new UnsupportedOperationException(
                "no memory report of " + getClass().getSimpleName());
    }
}
