package io.lockstep.networks.onnx;

import io.lockstep.engine.ExampleOperation.Rearrangement;
import io.lockstep.engine.Operation;
import java.util.HashMap;
import java.util.Map;

/** How each of the engine's operations is written, by its class. */
final class OnnxRules {
    private final Map<Class<?>, Rule<?>> rules = new HashMap<>();

    /** Writes an operation. */
    interface Rule<O extends Operation> {
        /** @throws UnsupportedOperationException saying what ONNX has not, or this does not write */
        OnnxValue append(O operation, OnnxNode node);
    }

    OnnxRules() {
        OnnxImages.addTo(this);
        OnnxElements.addTo(this);
        OnnxSequences.addTo(this);
        OnnxMoves.addTo(this);
    }

    <O extends Operation> void add(Class<O> type, Rule<O> rule) {
        rules.put(type, rule);
    }

    @SuppressWarnings("unchecked") // add() puts them in by their class
    OnnxValue append(Operation operation, OnnxNode node) {
        Rule<Operation> rule = (Rule<Operation>) rules.get(operation.getClass());
        if (rule != null) {
            return rule.append(operation, node);
        } else if (operation instanceof Rearrangement rearrangement) {
            return OnnxMoves.gathered(rearrangement, node);
        }
        throw new UnsupportedOperationException(operation.getClass().getSimpleName() + " is not written");
    }
}
