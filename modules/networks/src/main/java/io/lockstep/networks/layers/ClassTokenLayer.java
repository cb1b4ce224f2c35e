package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.operations.Sequences.ClassToken;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;

/** A learned step before all others, parameter c (nIn): Dosovitskiy et al. 2021, section 3.1. */
public final class ClassTokenLayer extends EngineLayer {
    private ClassTokenLayer() {}

    private ClassTokenLayer(Builder builder) {
        super(builder);
    }

    @Override
    protected List<Parameter> listParameters() {
        return List.of(new Parameter("c", Kind.WEIGHT, 1, nIn));
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        graph.add(name, new ClassToken(), input);
        return name;
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
        InputType.InputTypeRecurrent sequence = (InputType.InputTypeRecurrent) input;
        return InputType.recurrent(sequence.getSize(), sequence.getTimeSeriesLength() + 1, sequence.getFormat());
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        super.setNIn(input, true);
        nOut = nIn;
    }

    @Override
    public long multiplyAdds(long steps) {
        return 0;
    }

    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        @Override
        @SuppressWarnings("unchecked")
        public ClassTokenLayer build() {
            return new ClassTokenLayer(this);
        }
    }
}
