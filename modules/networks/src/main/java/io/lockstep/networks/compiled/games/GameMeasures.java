package io.lockstep.networks.compiled.games;

import io.lockstep.networks.games.Measure;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is told of a turn: sums, and of how many, as {@code BatchResult.measures} has them. */
final class GameMeasures {
    private final List<Measure> measures;
    private final String turn;
    private final int first;
    private final double[] values;

    /**
     * @param measures of all turns
     * @param turn this one
     * @param first how many numbers are told before the measures
     */
    GameMeasures(List<Measure> measures, String turn, int first) {
        this.measures = measures;
        this.turn = turn;
        this.first = first;
        values = new double[first + 2 * measures.size()];
    }

    double[] values() {
        return values;
    }

    private boolean isMine(int measure) {
        return measures.get(measure).turn().equals(turn);
    }

    private void add(int measure, double sum, int count) {
        values[first + 2 * measure] += sum;
        values[first + 2 * measure + 1] += count;
    }

    /** @param sum of a loss over the examples */
    void loss(String loss, double sum, int examples) {
        for (int i = 0; i < measures.size(); i++) {
            if (isMine(i) && measures.get(i) instanceof Measure.Losses each) {
                int place = each.losses().indexOf(loss);
                if (place >= 0) {
                    add(i, each.factor() * sum, place == 0 ? examples : 0); // several means over the same examples
                }
            }
        }
    }

    /** Names of losses whose judgements are asked for. */
    static Set<String> judged(List<Measure> measures, String turn) {
        return measures.stream()
                .filter(measure -> measure.turn().equals(turn))
                .filter(Measure.Probability.class::isInstance)
                .map(measure -> ((Measure.Probability) measure).loss())
                .collect(Collectors.toSet());
    }

    /** @param judgements what a loss that is {@link #judged} reads */
    void probability(String loss, ByteBuffer judgements) {
        double sum = 0;
        int count = judgements.remaining() / Float.BYTES;
        for (int i = 0; i < count; i++) {
            sum += sigmoid(judgements.getFloat(i * Float.BYTES));
        }
        for (int i = 0; i < measures.size(); i++) {
            if (isMine(i)
                    && measures.get(i) instanceof Measure.Probability each
                    && each.loss().equals(loss)) {
                add(i, sum, count);
            }
        }
    }

    void penalised(double normSum, int examples) {
        for (int i = 0; i < measures.size(); i++) {
            if (isMine(i) && measures.get(i) instanceof Measure.Slope) {
                add(i, normSum, examples);
            }
        }
    }

    /** @param norm of the gradient of the update before; NaN where there is none */
    void gradientNorm(double norm) {
        for (int i = 0; i < measures.size() && !Double.isNaN(norm); i++) {
            if (isMine(i) && measures.get(i) instanceof Measure.GradientNorm) {
                add(i, norm, 1);
            }
        }
    }

    void spread(GameValues drawn, int examples) {
        for (int i = 0; i < measures.size(); i++) {
            if (isMine(i) && measures.get(i) instanceof Measure.Spread each) {
                int stride = drawn.elementsOf(each.column());
                int elements = drawn.columnElementsOf(each.column());
                double ofData = variance(drawn.of(each.column()), examples, stride, elements);
                if (examples > 1 && ofData > 0) {
                    double ofDrawn = variance(drawn.of(each.drawn()), examples, stride, elements);
                    add(i, examples * Math.sqrt(ofDrawn / ofData), examples);
                }
            }
        }
    }

    /** Of a number over the examples, summed over numbers. */
    private static double variance(ByteBuffer x, int examples, int stride, int elements) {
        double variance = 0;
        for (int e = 0; e < elements; e++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < examples; i++) {
                float value = x.getFloat(x.position() + (i * stride + e) * Float.BYTES);
                sum += value;
                squares += (double) value * value;
            }
            variance += squares / examples - sum / examples * sum / examples;
        }
        return variance;
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }
}
