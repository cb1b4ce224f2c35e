package io.lockstep.training.strategies;

import io.lockstep.training.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * A flat vector cut into the parts that are reduced together, in the order in which backward finishes them: bucket 0 is
 * the end of the vector.
 *
 * <p>Bucket 0 is the smaller one, so that communication starts early; the last bucket takes what is left. Small buckets
 * pay latency, large ones overlap with nothing: PyTorch's default of 25 MB would put a whole CIFAR network into one
 * (Li et al. 2020, section 5.4, on the choice).
 */
final class Buckets {
    private final List<Range> ranges = new ArrayList<>();

    /**
     * @param elements length of the vector
     * @param firstElements of bucket 0
     * @param elementsEach of the others
     */
    Buckets(long elements, long firstElements, long elementsEach) {
        if (firstElements < 1 || elementsEach < 1) {
            throw new IllegalArgumentException("buckets of " + firstElements + " and " + elementsEach + " elements");
        }
        long end = elements;
        long size = firstElements;
        while (end > 0) {
            long start = Math.max(0, end - size);
            ranges.add(new Range(start, end));
            end = start;
            size = elementsEach;
        }
    }

    int count() {
        return ranges.size();
    }

    Range get(int index) {
        return ranges.get(index);
    }
}
