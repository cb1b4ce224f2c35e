package io.lockstep.networks;

import io.lockstep.datasets.NearestName;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Layers that keep the parameters they begin with. They do in training what they do in an evaluation: batch norm uses its
 * running statistics and leaves them as they are, nothing is dropped.
 *
 * <p>A word is a layer's name, in which {@code *} stands for any characters; {@code ..NAME}, a layer and all that it reads,
 * directly or not; or {@code !NAME}, none of those that the words before it named.
 */
public final class Freezing {
    private static final String UP_TO = "..";
    private static final String BUT = "!";

    private final ComputationGraphConfiguration configuration;

    private Freezing(ComputationGraphConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * The same network with some layers frozen.
     *
     * @throws IllegalArgumentException naming a word that is no layer's, or if there is nothing left to train
     */
    public static NetworkDefinition freeze(NetworkDefinition network, List<String> words) {
        if (words.isEmpty()) {
            return network;
        }
        if (network.game() != null) {
            throw new IllegalArgumentException(
                    "layers are frozen in networks that are trained as a whole, and this one's parts take turns");
        }
        // neither clone(), in which MergeVertex forgets its axis, nor JSON, in which batch norm forgets useLogStd
        var frozen = new Freezing(SerializationUtils.clone(network.configuration()));
        frozen.freeze(words);
        return new NetworkDefinition(frozen.configuration, network.inputs(), null, network.feeds());
    }

    private void freeze(List<String> words) {
        Set<String> named = named(words);
        Set<String> withParameters = new TreeSet<>();
        configuration.getVertices().forEach((name, vertex) -> {
            if (vertex.numParams(true) > 0) {
                withParameters.add(name);
            }
        });
        if (named.containsAll(withParameters)) {
            throw new IllegalArgumentException("nothing is left to train: all layers with parameters are frozen");
        }
        configuration.getNetworkOutputs().stream()
                .filter(named::contains)
                .findFirst()
                .ifPresent(output -> {
                    throw new IllegalArgumentException("'" + output + "' is an output, which cannot be frozen");
                });
        Set<String> trained = new LinkedHashSet<>(withParameters);
        trained.removeAll(named);
        for (String name : named) {
            GraphVertex vertex = configuration.getVertices().get(name);
            boolean first = trained.stream().noneMatch(allBefore(name)::contains);
            if (vertex instanceof LayerVertex layer) {
                freeze(layer, first);
            } else if (vertex.numParams(true) > 0) {
                throw new IllegalArgumentException(
                        "'" + name + "' is a " + vertex.getClass().getSimpleName() + ", which cannot be frozen");
            }
        }
    }

    /** @param first whether nothing before it is trained, so that no gradient need come through */
    private static void freeze(LayerVertex vertex, boolean first) {
        NeuralNetConfiguration ofLayer = vertex.getLayerConf();
        Layer layer = ofLayer.getLayer();
        boolean frozen = layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop;
        if (frozen || vertex.numParams(true) == 0 && !(layer instanceof DropoutLayer)) {
            return;
        }
        leaveAlone(layer);
        Layer wrapper = first ? new FrozenLayer(layer) : new FrozenLayerWithBackprop(layer);
        wrapper.setLayerName(layer.getLayerName());
        ofLayer.setLayer(wrapper);
    }

    /** DL4J goes on decaying weights that are frozen and let gradients through, and bounding their norms. */
    private static void leaveAlone(Layer layer) {
        Layer inner = Wrapped.innermost(layer);
        inner.setConstraints(null);
        if (inner instanceof BaseLayer base) {
            base.setRegularization(List.of());
            base.setRegularizationBias(List.of());
            base.setIUpdater(new NoOp());
            base.setBiasUpdater(null);
            base.setWeightNoise(null);
        } else if (inner instanceof Bidirectional both) {
            leaveAlone(both.getFwd());
            leaveAlone(both.getBwd());
        }
    }

    private Set<String> named(List<String> words) {
        Set<String> named = new LinkedHashSet<>();
        for (String word : words) {
            if (word.startsWith(UP_TO)) {
                matching(word.substring(UP_TO.length())).forEach(name -> {
                    named.add(name);
                    named.addAll(allBefore(name));
                });
            } else if (word.startsWith(BUT)) {
                named.removeAll(matching(word.substring(BUT.length())));
            } else {
                named.addAll(matching(word));
            }
        }
        return named;
    }

    private List<String> matching(String word) {
        Pattern pattern = Pattern.compile(Pattern.quote(word).replace("*", "\\E.*\\Q"));
        Collection<String> names = configuration.getVertices().keySet();
        List<String> found =
                names.stream().filter(name -> pattern.matcher(name).matches()).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("the network has no layer '" + word + "'"
                    + NearestName.of(word, names)
                            .map(name -> "; nearest '" + name + "'")
                            .orElse("")
                    + " (`bin/lockstep models NAME` lists a model's)");
        }
        return found;
    }

    private Set<String> allBefore(String vertex) {
        Map<String, List<String>> inputs = configuration.getVertexInputs();
        Set<String> before = new LinkedHashSet<>();
        Deque<String> left = new ArrayDeque<>(inputs.get(vertex));
        while (!left.isEmpty()) {
            String name = left.pop();
            if (inputs.containsKey(name) && before.add(name)) {
                left.addAll(inputs.get(name));
            }
        }
        return before;
    }
}
