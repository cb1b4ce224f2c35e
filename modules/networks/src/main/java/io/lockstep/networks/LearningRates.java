package io.lockstep.networks;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The learning rates of all of a network's parameters, which change from step to step and keep the ratios that the network's
 * configuration has.
 *
 * <p>The rate of a step is that of the parameters with the network's <em>base rate</em>: the greatest rate that the
 * configuration gives to weights, or to biases where no weights have one. Every other parameter's rate is the same multiple
 * of it as in the configuration. So in a network whose layers all have one rate, whatever it is, that rate is replaced; a
 * body with a hundredth of the head's rate, or biases with twice the weights', keep that hundredth and that double.
 */
public final class LearningRates {
    private final List<IUpdater> updaters = new ArrayList<>();
    private final double[] multiples;
    private double current = Double.NaN;

    /** One parameter's updater, as a layer is configured with it. */
    private record Configured(String layer, boolean bias, IUpdater updater) {
        double rate() {
            return Math.abs(updater.getLearningRate(0, 0));
        }
    }

    /** @throws IllegalArgumentException naming a layer whose rate follows a schedule of its own */
    public LearningRates(ComputationGraph graph) {
        List<Configured> all = new ArrayList<>();
        for (GraphVertex vertex : graph.getVertices()) {
            if (vertex.numParams() > 0) {
                add(
                        all,
                        vertex.getVertexName(),
                        vertex.getConfig(),
                        vertex.paramTable(false).keySet());
            }
        }
        requireNoSchedules(all);
        double base = base(all).orElse(1);
        Map<IUpdater, Double> multipleOf = new IdentityHashMap<>();
        for (Configured each : all) {
            multipleOf.computeIfAbsent(each.updater, updater -> {
                updaters.add(updater);
                return base == 0 ? 1 : updater.getLearningRate(0, 0) / base;
            });
        }
        multiples = updaters.stream().mapToDouble(multipleOf::get).toArray();
    }

    /** The rate that a step's rate takes the place of; empty if no parameter's updater has one. */
    static OptionalDouble base(ComputationGraphConfiguration configuration) {
        return base(configured(configuration));
    }

    /** @throws IllegalArgumentException naming a layer whose rate follows a schedule of its own */
    static void requireNoSchedules(ComputationGraphConfiguration configuration) {
        requireNoSchedules(configured(configuration));
    }

    /** Takes effect in the next update: this rate for the parameters with the base rate, others in their ratio to it. */
    public void set(double rate) {
        if (rate == current) {
            return;
        }
        for (int i = 0; i < multiples.length; i++) {
            updaters.get(i).setLrAndSchedule(rate * multiples[i], null);
        }
        current = rate;
    }

    private static List<Configured> configured(ComputationGraphConfiguration configuration) {
        List<Configured> all = new ArrayList<>();
        configuration.getVertices().forEach((name, vertex) -> {
            if (vertex instanceof LayerVertex layerVertex) {
                Layer layer = layerVertex.getLayerConf().getLayer();
                while (layer instanceof BaseWrapperLayer wrapper) {
                    layer = wrapper.getUnderlying(); // the parameters are its
                }
                add(all, name, layer, layer.initializer().paramKeys(layer));
            } else if (vertex instanceof SameDiffVertex own) {
                add(all, name, own, own.getVertexParams().getParameterKeys());
            }
        });
        return all;
    }

    private static void add(List<Configured> all, String layer, TrainingConfig config, Iterable<String> parameters) {
        for (String parameter : parameters) {
            IUpdater updater = config.getUpdaterByParam(parameter);
            if (updater != null && updater.hasLearningRate()) { // null: frozen
                all.add(new Configured(layer, isBias(config, parameter), updater));
            }
        }
    }

    private static boolean isBias(TrainingConfig config, String parameter) {
        if (config instanceof SameDiffVertex vertex) {
            return vertex.getVertexParams().isBiasParam(parameter);
        }
        return config instanceof Layer layer && layer.initializer().isBiasParam(layer, parameter);
    }

    private static OptionalDouble base(List<Configured> all) {
        OptionalDouble ofWeights = all.stream()
                .filter(each -> !each.bias && each.rate() > 0)
                .mapToDouble(Configured::rate)
                .max();
        return ofWeights.isPresent()
                ? ofWeights
                : all.stream().mapToDouble(Configured::rate).max();
    }

    private static void requireNoSchedules(List<Configured> all) {
        for (Configured each : all) {
            ISchedule schedule = scheduleOf(each.updater);
            if (schedule != null) {
                throw new IllegalArgumentException("the updater of layer '" + each.layer + "', "
                        + each.updater.getClass().getSimpleName() + ", has a "
                        + schedule.getClass().getSimpleName()
                        + " of its own for the learning rate, which the run's would take the place of: give the updater a"
                        + " rate, and set schedule, learning-rate and warmup-epochs");
            }
        }
    }

    /** Null where there is none, or where an updater is none of ND4J's and nobody can tell. */
    private static ISchedule scheduleOf(IUpdater updater) {
        if (updater instanceof Sgd each) {
            return each.getLearningRateSchedule();
        } else if (updater instanceof Nesterovs each) {
            return each.getLearningRateSchedule();
        } else if (updater instanceof Adam each) {
            return each.getLearningRateSchedule();
        } else if (updater instanceof AMSGrad each) {
            return each.getLearningRateSchedule();
        } else if (updater instanceof AdaMax each) {
            return each.getLearningRateSchedule();
        } else if (updater instanceof Nadam each) {
            return each.getLearningRateSchedule();
        } else if (updater instanceof AdaGrad each) {
            return each.getLearningRateSchedule();
        } else if (updater instanceof RmsProp each) {
            return each.getLearningRateSchedule();
        }
        return null;
    }
}
