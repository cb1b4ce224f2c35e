package io.lockstep.networks.dl4j;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.CountedValues;
import io.lockstep.networks.FeedPlan;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where a batch lies while DL4J reads it: an array for each input, for each output's labels, and for each of their masks. */
final class InputArrays {
    private final List<FeatureArray> features;
    private final List<LabelArray> labels;
    private final double smoothing;
    private final Set<String> masks;
    private final CountedValues countedValues;

    /** @param smoothing share of each label's probability that is spread over all classes, in training */
    InputArrays(FeedPlan plan, int largestBatch, double smoothing) {
        if (largestBatch < 1) {
            throw new IllegalArgumentException("largestBatch must be positive, not " + largestBatch);
        }
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("label smoothing must be in [0, 1), not " + smoothing);
        }
        this.smoothing = smoothing;
        features = plan.inputs().stream()
                .map(feed -> new FeatureArray(feed, largestBatch))
                .toList();
        masks = plan.masks();
        countedValues = plan.countedValues();
        labels = plan.outputs().stream()
                .map(feed -> new LabelArray(feed, largestBatch))
                .toList();
    }

    /**
     * Of each input; like all that follow, valid until the next call.
     *
     * @throws UnsupportedOperationException if the batch says what counts in the loss, and DL4J would not hear of it
     * @throws IllegalArgumentException naming a mask with another value than 0 or 1
     */
    INDArray[] features(Batch batch) {
        countedValues.require(batch);
        for (int i = 0; i < batch.columns().size(); i++) {
            requireHeard(batch.columns().get(i).name(), masks);
        }
        return each(features, array -> array.of(batch));
    }

    /**
     * @param masks columns that are the mask of an input or an output
     * @throws UnsupportedOperationException for a column that changes the loss, and that DL4J would not hear of
     */
    static void requireHeard(String column, Set<String> masks) {
        if ((column.equals(Batch.WEIGHTS) || column.equals(Batch.MASK)) && !masks.contains(column)) {
            throw new UnsupportedOperationException(
                    "DL4J's runtime takes no column '" + Batch.WEIGHTS + "', and a column '" + Batch.MASK
                            + "' only as the mask of an input or output (Feeds.mask); the compiled runtime takes both");
        }
    }

    /** Of each input; null where no input has one. */
    INDArray[] featureMasks(Batch batch) {
        return orNull(each(features, array -> array.mask(batch)));
    }

    /** What the losses read, smoothed. */
    INDArray[] smoothedLabels(Batch batch) {
        return each(labels, array -> array.of(batch, smoothing));
    }

    /** What the losses read, as it is: evaluation reports the plain loss. */
    INDArray[] plainLabels(Batch batch) {
        return each(labels, array -> array.of(batch, 0));
    }

    /** Of each output, of the batch that labels were asked for last; null where all labels of all outputs count. */
    INDArray[] labelMasks(Batch batch) {
        return orNull(each(labels, array -> array.mask(batch)));
    }

    private static <T> INDArray[] each(List<T> arrays, Function<T, INDArray> of) {
        return arrays.stream().map(of).toArray(INDArray[]::new);
    }

    private static INDArray[] orNull(INDArray[] arrays) {
        for (INDArray array : arrays) {
            if (Objects.nonNull(array)) {
                return arrays;
            }
        }
        return null;
    }
}
