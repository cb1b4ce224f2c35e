package io.lockstep.networks.compiled;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Which of DL4J's layers the engine has, and how each is appended: by exact class, as what extends one does something else. */
final class LayerRules {
    private final Map<Class<?>, Rule<?>> rules = new HashMap<>();

    /** Appends the operations of a kind of layer. */
    interface Rule<L extends Layer> {
        /**
         * @param input the node that the layer reads, dropout applied
         * @return the node that has the layer's output
         */
        String append(String name, L layer, String input);
    }

    <L extends Layer> void add(Class<L> type, Rule<L> rule) {
        rules.put(type, rule);
    }

    /** @throws UnsupportedOperationException for a layer that the engine does not have */
    @SuppressWarnings("unchecked") // add() puts them in by their class
    String append(String name, Layer layer, String input) {
        Rule<Layer> rule = (Rule<Layer>) rules.get(layer.getClass());
        if (rule == null) {
            throw GraphTranslator.unsupported(name, layer.getClass().getSimpleName());
        }
        return rule.append(name, layer, input);
    }
}
