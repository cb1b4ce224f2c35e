package io.lockstep.networks;

import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/** Layers in layers: DL4J's wrappers, and {@link FrozenLayer}, which is one and does not say so. */
public final class Wrapped {
    private Wrapped() {}

    /** What a wrapper wraps; null for another layer. */
    static Layer in(Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            return frozen.getLayer();
        }
        return layer instanceof BaseWrapperLayer wrapper ? wrapper.getUnderlying() : null;
    }

    /** What is in the innermost wrapper, or the layer itself. */
    public static Layer innermost(Layer layer) {
        Layer inner = layer;
        while (in(inner) != null) {
            inner = in(inner);
        }
        return inner;
    }

    /** Whether a layer, or one that it holds, is such a one. */
    static boolean isOrWraps(Layer layer, Predicate<Layer> kind) {
        return kind.test(layer)
                || in(layer) != null && isOrWraps(in(layer), kind)
                || layer instanceof Bidirectional both && isOrWraps(both.getFwd(), kind);
    }
}
