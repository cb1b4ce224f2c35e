package io.lockstep.engine;

import io.lockstep.engine.Operation.Last;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;

/**
 * What the buffers of a pass have to hold, exactly: an array of pictures of another size holds enough bytes too, and a
 * network would train on pieces of them.
 */
public final class PassBuffers {
    private final int capacity;
    private final Shape example;
    private final int labelsOfExample;
    private final int classes;

    public PassBuffers(Graph graph, int capacity) {
        Last last = (Last) graph.last().operation();
        Shape judged = graph.inputShapeOf(graph.last());
        this.capacity = capacity;
        example = graph.inputShape();
        labelsOfExample = last.labelsOf(judged);
        classes = last.classesOf(judged);
    }

    /** In a pass of so many examples. */
    public int labels(int examples) {
        return examples * labelsOfExample;
    }

    /** Bytes of an example's features. */
    public long exampleBytes() {
        return (long) example.elements() * Float.BYTES;
    }

    /**
     * @throws IllegalArgumentException saying what was expected and what came, if the examples are more than the plan
     *     takes, features or labels are more or fewer than theirs, or a label is no class
     */
    public void check(ByteBuffer features, IntBuffer labels, int examples) {
        checkFeatures(features, examples);
        int count = labels(examples);
        if (labels.remaining() != count) {
            throw new IllegalArgumentException(
                    labels.remaining() + " labels, where " + examples + " examples have " + count);
        }
        for (int i = 0; i < count; i++) {
            int label = labels.get(labels.position() + i);
            if (label < Last.NO_LABEL || label >= classes) {
                throw new IllegalArgumentException(
                        "label " + label + " of example " + i / labelsOfExample + ", with " + classes + " classes");
            }
        }
    }

    /** As {@link #check} of features alone. */
    public void checkFeatures(ByteBuffer features, int examples) {
        if (examples < 0 || examples > capacity) {
            throw new IllegalArgumentException(
                    "a batch of " + examples + " examples, where at most " + capacity + " were planned for");
        }
        if (features.remaining() != examples * exampleBytes()) {
            throw new IllegalArgumentException("a batch of " + examples + " examples with " + features.remaining()
                    + " bytes of features, where " + examples + " examples of " + example + " float32 numbers have "
                    + examples * exampleBytes());
        }
    }
}
