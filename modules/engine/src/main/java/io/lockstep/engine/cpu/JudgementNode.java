package io.lockstep.engine.cpu;

import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.operations.Losses.Judgement;

/** The loss of one number an example, {@link Judgement}; keeps the numbers. */
final class JudgementNode implements LossNode {
    private final CpuPlan plan;
    private final Judgement judgement;
    private final float[] judgements;
    private final double[] losses;

    JudgementNode(CpuPlan plan, Judgement judgement) {
        this.plan = plan;
        this.judgement = judgement;
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
                losses[i] = weight * judgement.loss(z, real);
                plan.predicted(i, z > 0 ? 1 : 0);
                if (dx != null) {
                    dx.buffer.putFloat(i * Float.BYTES, (float) (weight * judgement.slope(z, real)));
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
