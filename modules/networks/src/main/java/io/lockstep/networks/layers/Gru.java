package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.operations.Recurrent;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;

/**
 * A gated recurrent unit, tanh and sigmoid; see {@link Recurrent.Gru} for the equations. Parameters: W (nIn, 3
 * nOut), RW (nOut, 3 nOut), b and rb (3 nOut), gates in the order reset, update, candidate: PyTorch's.
 */
public final class Gru extends EngineLayer {
    private Gru() {}

    private Gru(Builder builder) {
        super(builder);
    }

    @Override
    protected List<Parameter> listParameters() {
        return List.of(
                new Parameter("W", Kind.WEIGHT, 3 * nOut, nIn),
                new Parameter("RW", Kind.RECURRENT_WEIGHT, 3 * nOut, nOut),
                new Parameter("b", Kind.BIAS, 1, 3 * nOut),
                new Parameter("rb", Kind.BIAS, 1, 3 * nOut));
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        graph.add(name, new Recurrent.Gru(Math.toIntExact(nOut), false), input);
        return name;
    }

    @Override
    public String appendMasked(GraphBuilder graph, String name, String input, String mask) {
        graph.add(name, new Recurrent.Gru(Math.toIntExact(nOut), false, true), input, mask);
        return name;
    }

    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        @Override
        @SuppressWarnings("unchecked")
        public Gru build() {
            return new Gru(this);
        }
    }
}
