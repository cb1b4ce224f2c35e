package io.lockstep.engine.reference;

import io.lockstep.engine.Operation;
import io.lockstep.engine.operations.Sources.Constant;
import io.lockstep.engine.operations.Sources.Parameter;
import io.lockstep.engine.operations.Sources.RandomNumbers;

/** What reads no node. */
final class ReferenceSource implements ReferenceNode {
    private final ReferenceSite site;
    private final Operation operation;
    private final int elements;

    ReferenceSource(ReferenceSite site) {
        this.site = site;
        operation = site.node().operation();
        elements = site.node().shape().elements();
    }

    @Override
    public void forward(double[][] inputs, double[] y) {
        for (int i = 0; i < y.length; i++) {
            y[i] = value(i);
        }
    }

    private double value(int i) {
        if (operation instanceof Constant constant) {
            return constant.values().get(i % elements);
        } else if (operation instanceof RandomNumbers numbers) {
            return numbers.value(site.seed(), site.node().stream(), site.firstExample() * elements + i);
        }
        return site.parameters()[site.parametersAt() + i % elements];
    }

    @Override
    public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
        for (int i = 0; operation instanceof Parameter && i < dy.length; i++) {
            site.gradients()[site.parametersAt() + i % elements] += dy[i];
        }
    }
}
