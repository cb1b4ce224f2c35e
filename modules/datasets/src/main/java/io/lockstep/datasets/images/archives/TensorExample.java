package io.lockstep.datasets.images.archives;

import io.lockstep.datasets.MalformedDatasetException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tf.Example, a protocol buffer (tensorflow/core/example/feature.proto), of which numbers and bytes are read:
 *
 * <pre>
 *   Example  1: Features   Features  1: map entry   entry  1: key, 2: Feature
 *   Feature  1: BytesList {1: bytes}   2: FloatList {1: floats}   3: Int64List {1: varints}
 * </pre>
 *
 * <p>Lengths are believed only as far as the record goes.
 */
final class TensorExample {
    static final String ENCODED = "image/encoded";
    static final String LABEL = "image/class/label";
    static final String TEXT = "image/class/text";

    private static final int BYTES_LIST = 1;
    private static final int INT64_LIST = 3;

    private final String path;
    /** The first of each feature: byte[] or Long; of others, the number of their kind. */
    private final Map<String, Object> features = new TreeMap<>();

    private TensorExample(String path) {
        this.path = path;
    }

    /** @param path of the record, for messages */
    static TensorExample parse(byte[] record, String path) throws MalformedDatasetException {
        TensorExample example = new TensorExample(path);
        try {
            new Message(record, 0, record.length).each((field, all) -> {
                if (field == 1) {
                    all.each((entry, feature) -> {
                        if (entry == 1) {
                            example.take(feature);
                        }
                    });
                }
            });
        } catch (IllegalArgumentException e) {
            throw new MalformedDatasetException(path + " is no tf.Example: " + e.getMessage(), e);
        }
        return example;
    }

    private void take(Message entry) {
        Object[] pair = new Object[2];
        entry.each((field, value) -> {
            if (field == 1) {
                pair[0] = new String(value.bytes(), StandardCharsets.UTF_8);
            } else if (field == 2) {
                value.each((kind, list) -> pair[1] = first(kind, list));
            }
        });
        if (pair[0] != null && pair[1] != null) {
            features.put((String) pair[0], pair[1]);
        }
    }

    private static Object first(int kind, Message list) {
        Object[] first = {kind};
        if (kind == BYTES_LIST) {
            list.each((field, value) -> first[0] = first[0] instanceof Integer ? value.bytes() : first[0]);
        } else if (kind == INT64_LIST) {
            list.eachNumber(number -> first[0] = first[0] instanceof Integer ? (Object) number : first[0]);
        }
        return first[0];
    }

    /** What features there are, for messages. */
    String names() {
        return features.isEmpty() ? "none" : String.join(", ", features.keySet());
    }

    boolean has(String feature) {
        return features.containsKey(feature);
    }

    byte[] bytes(String feature) throws MalformedDatasetException {
        if (features.get(feature) instanceof byte[] bytes) {
            return bytes;
        }
        throw missing(feature, "bytes");
    }

    long number(String feature) throws MalformedDatasetException {
        if (features.get(feature) instanceof Long number) {
            return number;
        }
        throw missing(feature, "a whole number");
    }

    private MalformedDatasetException missing(String feature, String kind) {
        return new MalformedDatasetException(
                path + " has no feature '" + feature + "' that is " + kind + "; its features are " + names());
    }
}
