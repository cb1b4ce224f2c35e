package io.lockstep.networks;

import io.lockstep.datasets.NearestName;
import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.weights.WeightInit;

/** What weights begin with. */
public enum Initialisation {
    /** Each layer's, as the model's source has it. */
    MODEL(null),
    /** Normal, variance 2 / (fan in + fan out): Glorot and Bengio 2010, section 4.2.1. */
    XAVIER(WeightInit.XAVIER),
    /** The same variance, uniform: equation 16 there. */
    XAVIER_UNIFORM(WeightInit.XAVIER_UNIFORM),
    /** Normal, variance 2 / fan in: He et al. 2015, Delving Deep into Rectifiers, equation 10. */
    HE(WeightInit.RELU),
    /** The same variance, uniform. */
    HE_UNIFORM(WeightInit.RELU_UNIFORM);

    private final WeightInit dl4j;

    Initialisation(WeightInit dl4j) {
        this.dl4j = dl4j;
    }

    /** @throws IllegalArgumentException naming the nearest and all known names */
    public static Initialisation of(String name) {
        return NearestName.find("initialisation", name, values());
    }

    void giveTo(BaseLayer layer) {
        if (dl4j == null) {
            return;
        }
        layer.setWeightInitFn(dl4j.getWeightInitFunction());
        if (layer instanceof BaseRecurrentLayer recurrent) {
            recurrent.setWeightInitFnRecurrent(null); // as the others
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
