package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The first or the last step of a sequence, as a vector. No parameters. */
public final class TakeStepLayer extends EngineLayer {
    @JsonProperty
    private TakeTimeStep.Which which = TakeTimeStep.Which.LAST;

    private TakeStepLayer() {}

    private TakeStepLayer(Builder builder) {
        super(builder);
        which = builder.which;
    }

    @Override
    protected List<Parameter> listParameters() {
        return List.of();
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        graph.add(name, new TakeTimeStep(which), input);
        return name;
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
        return InputType.feedForward(((InputType.InputTypeRecurrent) input).getSize());
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        super.setNIn(input, true);
        nOut = nIn;
    }

    @Override
    boolean isVector(boolean ofVectors) {
        return true;
    }

    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private final TakeTimeStep.Which which;

        public Builder(TakeTimeStep.Which which) {
            this.which = which;
        }

        @Override
        @SuppressWarnings("unchecked")
        public TakeStepLayer build() {
            return new TakeStepLayer(this);
        }
    }
}
