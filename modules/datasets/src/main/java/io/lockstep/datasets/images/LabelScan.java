package io.lockstep.datasets.images;

import io.lockstep.datasets.storage.BinaryFile;
import java.io.IOException;
import java.util.Arrays;

/** Which labels a file of one byte a label has, and where each is first. */
final class LabelScan {
    private static final int VALUES = 256;
    private static final int NOWHERE = -1;

    private final String path;
    private final int[] firstRecord = new int[VALUES];

    /** Reads so many labels, and sees that nothing comes after them. */
    LabelScan(String path, BinaryFile.Content labels, int count) throws IOException {
        this.path = path;
        Arrays.fill(firstRecord, NOWHERE);
        byte[] some = new byte[1 << 16];
        for (int start = 0; start < count; start += some.length) {
            int size = Math.min(some.length, count - start);
            labels.read(some, 0, size);
            for (int i = 0; i < size; i++) {
                int label = some[i] & 0xff;
                if (firstRecord[label] == NOWHERE) {
                    firstRecord[label] = start + i;
                }
            }
        }
        labels.requireEnd();
    }

    /** The largest label, or -1 where there is none. */
    int highest() {
        for (int label = VALUES - 1; label >= 0; label--) {
            if (firstRecord[label] != NOWHERE) {
                return label;
            }
        }
        return -1;
    }

    boolean has(int label) {
        return firstRecord[label] != NOWHERE;
    }

    /** For messages: the file, and where in it the label is first. */
    String placeOf(int label) {
        return path + ": record " + firstRecord[label] + " has label " + label;
    }
}
