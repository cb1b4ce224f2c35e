package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.operations.Sequences.Positions;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Adds a vector for each step's place: a learned table, parameter P (T, nIn), or Vaswani et al. 2017's sines. */
public final class PositionEmbedding extends EngineLayer {
    @JsonProperty
    private boolean learned = true;

    @JsonProperty
    private long steps;

    private PositionEmbedding() {}

    private PositionEmbedding(Builder builder) {
        super(builder);
        learned = builder.learned;
    }

    @Override
    protected List<Parameter> listParameters() {
        return learned ? List.of(new Parameter("P", Kind.WEIGHT, steps, nIn)) : List.of();
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        graph.add(name, new Positions(learned), input);
        return name;
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        super.setNIn(input, true);
        nOut = nIn;
        steps = ((InputType.InputTypeRecurrent) input).getTimeSeriesLength();
        if (learned && steps < 1) {
            throw new IllegalArgumentException(
                    "a table of positions wants the sequence's length in the input type, not " + input);
        }
    }

    @Override
    public long multiplyAdds(long steps) {
        return 0;
    }

    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private boolean learned = true;

        /** False: sines. */
        public Builder learned(boolean value) {
            learned = value;
            return this;
        }

        @Override
        @SuppressWarnings("unchecked")
        public PositionEmbedding build() {
            return new PositionEmbedding(this);
        }
    }
}
