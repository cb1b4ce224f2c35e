package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.operations.Sequences.TimeStepRange;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Some steps of a sequence: how one input holds what an encoder reads and, behind it, what a decoder reads. */
public final class StepRangeLayer extends EngineLayer {
    @JsonProperty
    private int first;

    @JsonProperty
    private int count;

    private StepRangeLayer() {}

    private StepRangeLayer(Builder builder) {
        super(builder);
        first = builder.first;
        count = builder.count;
    }

    @Override
    protected List<Parameter> listParameters() {
        return List.of();
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        graph.add(name, new TimeStepRange(first, count), input);
        return name;
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
        InputType.InputTypeRecurrent sequence = (InputType.InputTypeRecurrent) input;
        return InputType.recurrent(sequence.getSize(), count, sequence.getFormat());
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        super.setNIn(input, true);
        nOut = nIn;
    }

    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private final int first;
        private final int count;

        public Builder(int first, int count) {
            this.first = first;
            this.count = count;
        }

        @Override
        @SuppressWarnings("unchecked")
        public StepRangeLayer build() {
            return new StepRangeLayer(this);
        }
    }
}
