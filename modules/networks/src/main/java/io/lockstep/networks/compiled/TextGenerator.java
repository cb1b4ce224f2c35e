package io.lockstep.networks.compiled;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Draws from a language model that sees {@code steps} numbers, one number after the other: the next is drawn from
 * softmax(scores / temperature) at the last number known. Where more are known than the model sees, it sees the last.
 */
public final class TextGenerator {
    private final CompiledReplica replica;
    private final int steps;
    private final int vocabulary;
    private final double temperature;
    private final int topK;
    private final SplittableRandom random;
    private final ByteBuffer features;
    private final Batch batch;
    private final int[] predictions;

    /**
     * @param replica of a network with a class of each step, which sees no step behind the one it predicts from
     * @param temperature positive; below 1 takes the likely ones more often
     * @param topK draws among the so many most likely only; 0: among all
     */
    public TextGenerator(CompiledReplica replica, int steps, int vocabulary, double temperature, int topK, long seed) {
        if (!(temperature > 0) || topK < 0) {
            throw new IllegalArgumentException("temperature " + temperature + ", top-k " + topK);
        }
        this.replica = replica;
        this.steps = steps;
        this.vocabulary = vocabulary;
        this.temperature = temperature;
        this.topK = topK;
        random = new SplittableRandom(seed);
        features = ByteBuffer.allocateDirect(steps * Float.BYTES).order(ByteOrder.nativeOrder());
        int[] noLabels = new int[steps];
        Arrays.fill(noLabels, SoftmaxCrossEntropy.NO_LABEL);
        batch = new Batch(1, features, IntBuffer.wrap(noLabels));
        predictions = new int[steps];
    }

    /**
     * @param prompt at least one number
     * @param length numbers to draw
     * @param each told every number as it is drawn
     */
    public void generate(int[] prompt, int length, IntConsumer each) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("a prompt has at least one number");
        }
        int[] known = Arrays.copyOf(prompt, prompt.length + length);
        for (int i = prompt.length; i < known.length; i++) {
            known[i] = next(known, i);
            each.accept(known[i]);
        }
    }

    private int next(int[] known, int count) {
        int seen = Math.min(count, steps);
        for (int t = 0; t < steps; t++) {
            int number = t < seen ? known[count - seen + t] : 0; // what is behind the last is not looked at
            features.putFloat(t * Float.BYTES, number);
        }
        replica.evaluate(batch, predictions);
        return draw(replica.scores(), (seen - 1) * vocabulary);
    }

    private int draw(ByteBuffer scores, int first) {
        double[] logits = new double[vocabulary];
        Arrays.setAll(logits, c -> scores.getFloat((first + c) * Float.BYTES) / temperature);
        double[] sorted = logits.clone();
        Arrays.sort(sorted);
        double least = topK > 0 && topK < vocabulary ? sorted[vocabulary - topK] : Double.NEGATIVE_INFINITY;
        double largest = sorted[vocabulary - 1];
        double sum = 0;
        for (int c = 0; c < vocabulary; c++) {
            logits[c] = logits[c] < least ? 0 : Math.exp(logits[c] - largest);
            sum += logits[c];
        }
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalStateException("the model's scores are no numbers: its training diverged");
        }
        double left = random.nextDouble() * sum;
        int drawn = 0;
        for (int c = 0; c < vocabulary && left >= 0; c++) {
            left -= logits[c];
            drawn = logits[c] > 0 ? c : drawn;
        }
        return drawn;
    }
}
