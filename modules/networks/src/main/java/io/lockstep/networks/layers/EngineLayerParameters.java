package io.lockstep.networks.layers;

import io.lockstep.networks.layers.EngineLayer.Kind;
import io.lockstep.networks.layers.EngineLayer.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Cuts an {@link EngineLayer}'s part of the flat vectors into its parameters. A matrix is (columns, rows) in 'f' order. */
final class EngineLayerParameters implements ParamInitializer {
    static final EngineLayerParameters INSTANCE = new EngineLayerParameters();

    private EngineLayerParameters() {}

    private static List<Parameter> of(Layer layer) {
        return ((EngineLayer) layer).listParameters();
    }

    private static boolean isWeight(Parameter parameter) {
        return parameter.kind() == Kind.WEIGHT || parameter.kind() == Kind.RECURRENT_WEIGHT;
    }

    @Override
    public long numParams(NeuralNetConfiguration configuration) {
        return numParams(configuration.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return of(layer).stream().mapToLong(Parameter::size).sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return of(layer).stream().map(Parameter::name).toList();
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return of(layer).stream()
                .filter(EngineLayerParameters::isWeight)
                .map(Parameter::name)
                .toList();
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return of(layer).stream()
                .filter(parameter -> !isWeight(parameter))
                .map(Parameter::name)
                .toList();
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return weightKeys(layer).contains(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return biasKeys(layer).contains(key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration configuration, INDArray flat, boolean initialize) {
        EngineLayer layer = (EngineLayer) configuration.getLayer();
        if (of(layer).isEmpty()) {
            return new LinkedHashMap<>(); // DL4J has no array for it
        }
        INDArray vector = flat.reshape(flat.length());
        long at = 0;
        for (Parameter parameter : of(layer)) {
            configuration.addVariable(parameter.name());
            if (initialize) {
                initialize(layer, parameter, vector.get(NDArrayIndex.interval(at, at + parameter.size())));
            }
            at += parameter.size();
        }
        return cut(layer, flat);
    }

    private static void initialize(EngineLayer layer, Parameter parameter, INDArray view) {
        switch (parameter.kind()) {
            case BIAS -> view.assign(0);
            case GAIN -> view.assign(1);
            case WEIGHT -> initialize(layer.getWeightInitFn(), parameter, view);
            case RECURRENT_WEIGHT -> {
                IWeightInit own = layer.getWeightInitFnRecurrent();
                initialize(own != null ? own : layer.getWeightInitFn(), parameter, view);
            }
        }
    }

    private static void initialize(IWeightInit how, Parameter parameter, INDArray view) {
        long[] shape = {parameter.columns(), parameter.rows()};
        how.init(parameter.columns(), parameter.fanOut(), shape, IWeightInit.DEFAULT_WEIGHT_INIT_ORDER, view);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration configuration, INDArray flat) {
        return cut((EngineLayer) configuration.getLayer(), flat);
    }

    private static Map<String, INDArray> cut(EngineLayer layer, INDArray flat) {
        if (of(layer).isEmpty()) {
            return new LinkedHashMap<>();
        }
        INDArray vector = flat.reshape(flat.length());
        Map<String, INDArray> table = new LinkedHashMap<>();
        long at = 0;
        for (Parameter parameter : of(layer)) {
            INDArray view = vector.get(NDArrayIndex.interval(at, at + parameter.size()));
            table.put(
                    parameter.name(),
                    parameter.rows() == 1 ? view : view.reshape('f', parameter.columns(), parameter.rows()));
            at += parameter.size();
        }
        return table;
    }
}
