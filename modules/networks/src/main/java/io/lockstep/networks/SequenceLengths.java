package io.lockstep.networks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * Of how many steps the sequences within a network are. DL4J's own inference forgets it behind some layers (Bidirectional,
 * dense layers of each step), and takes a repeated vector for one step.
 */
final class SequenceLengths {
    private final ComputationGraphConfiguration configuration;
    private final Map<String, InputType> types;
    private final Map<String, Long> known = new HashMap<>();

    /**
     * @param configuration not to be used for anything else
     * @param types of the network's inputs, and what DL4J takes for the type of each vertex
     */
    SequenceLengths(ComputationGraphConfiguration configuration, Map<String, InputType> types) {
        this.configuration = configuration;
        this.types = types;
    }

    /** Steps that come out of a vertex, or came into it last where no sequence comes out; 0 if there were none. */
    long of(String vertex) {
        Long steps = known.get(vertex);
        if (steps == null) {
            steps = find(vertex);
            known.put(vertex, steps);
        }
        return steps;
    }

    private long find(String name) {
        List<String> inputs = configuration.getVertexInputs().get(name);
        if (inputs == null) { // of the network
            return stepsOf(types.get(name));
        }
        GraphVertex vertex = configuration.getVertices().get(name);
        if (vertex instanceof DuplicateToTimeSeriesVertex repeated) {
            return of(repeated.getInputName());
        }
        long carried = inputs.stream()
                .mapToLong(this::of)
                .filter(steps -> steps > 0)
                .findFirst()
                .orElse(0);
        long own;
        if (vertex instanceof LayerVertex layer) {
            own = stepsOf(through(layer, types.get(inputs.get(0)), carried));
        } else if (vertex instanceof PreprocessorVertex of) {
            own = stepsOf(of.getPreProcessor().getOutputType(withSteps(types.get(inputs.get(0)), carried)));
        } else {
            own = carried > 0 ? 0 : stepsOf(types.get(name));
        }
        return own > 0 ? own : carried;
    }

    private static InputType through(LayerVertex layer, InputType input, long steps) {
        InputType read = withSteps(input, steps);
        if (layer.getPreProcessor() != null) {
            read = layer.getPreProcessor().getOutputType(read);
            read = stepsOf(read) > 0 ? read : withSteps(read, steps);
        }
        return layer.getLayerConf().getLayer().getOutputType(0, read);
    }

    /** A sequence of so many steps, if that is known and the type one of sequences. */
    private static InputType withSteps(InputType type, long steps) {
        return steps > 0 && type instanceof InputType.InputTypeRecurrent sequence
                ? InputType.recurrent(sequence.getSize(), steps, sequence.getFormat())
                : type;
    }

    /** 0 for what is no sequence, or one of unknown length. */
    private static long stepsOf(InputType type) {
        return type instanceof InputType.InputTypeRecurrent sequence ? Math.max(0, sequence.getTimeSeriesLength()) : 0;
    }
}
