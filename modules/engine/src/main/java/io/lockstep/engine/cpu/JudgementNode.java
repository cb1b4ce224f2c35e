package io.lockstep.engine.cpu;

import io.lockstep.engine.Operation.Rule;
import io.lockstep.engine.Plan.PassResult;

/** The loss of one number an example, {@link Rule}; keeps the numbers. */
final class JudgementNode implements LossNode {
    private final CpuPlan plan;
    private final Rule rule;
    private final float[] judgements;
    private final double[] losses;

    JudgementNode(CpuPlan plan, Rule rule) {
        this.plan = plan;
        this.rule = rule;
        judgements = new float[plan.capacity()];
        losses = new double[plan.capacity()];
    }

    @Override
    public Step step(Tensor x, Tensor dx) {
        return (lane, from, to) -> {
            for (int i = from; i < to; i++) {
                float z = x.buffer.getFloat(i * Float.BYTES);
                boolean real = plan.label(i) == 1;
                double weight = plan.exampleWeight(i);
                judgements[i] = z;
                losses[i] = weight * rule.loss(z, real);
                plan.predicted(i, z > 0 ? 1 : 0);
                if (dx != null) {
                    dx.buffer.putFloat(i * Float.BYTES, (float) (weight * rule.slope(z, real)));
                }
            }
        };
    }

    /** Of the last pass, an example each. */
    float[] judgements() {
        return judgements;
    }

    @Override
    public PassResult result(int examples) {
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < examples; i++) {
            loss += losses[i];
            correct += (judgements[i] > 0) == (plan.label(i) == 1) ? 1 : 0;
        }
        return new PassResult(loss, correct);
    }
}
