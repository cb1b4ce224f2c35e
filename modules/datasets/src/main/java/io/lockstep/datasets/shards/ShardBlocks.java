package io.lockstep.datasets.shards;

import io.lockstep.datasets.DataFaultException;
import io.lockstep.datasets.ExampleRange;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The blocks that a range of examples lies in, of which as many are in memory as their reader allows: those that were read
 * last. Any thread may call; one reads at a time.
 */
final class ShardBlocks {
    private final List<ShardFile> files;
    /** Of each block and one more; the first one's and the last one's are within the block, where the range begins or ends so. */
    private final int[] firstExamples;
    /** Of the first block, outside the range. */
    private final int skipped;

    /** The block of all files that is block 0 here. */
    private final int firstOfAll;

    private final int[] fileOfBlock;
    private final int[] firstBlockOfFile;

    private final AtomicReferenceArray<byte[]> inMemory;
    /** What was wrong with blocks that could not be read: they are not tried again, each of their examples would wait for it. */
    private final Map<Integer, IOException> unreadable = new HashMap<>();

    private int[] readLast = {};
    private int reads;

    /** @param range of all examples in the files */
    ShardBlocks(List<ShardFile> files, ExampleRange range) {
        this.files = files;
        firstBlockOfFile = new int[files.size() + 1];
        for (int i = 0; i < files.size(); i++) {
            firstBlockOfFile[i + 1] = firstBlockOfFile[i] + files.get(i).blocks();
        }
        int[] begins = new int[firstBlockOfFile[files.size()] + 1];
        int[] owners = new int[begins.length];
        int block = 0;
        for (int file = 0; file < files.size(); file++) {
            for (int i = 0; i < files.get(file).blocks(); i++) {
                begins[block + 1] = begins[block] + files.get(file).examples(i);
                owners[block++] = file;
            }
        }
        int first = range.size() == 0 ? 0 : at(begins, range.start());
        int end = range.size() == 0 ? 0 : at(begins, range.end() - 1) + 1;
        firstOfAll = first;
        skipped = range.start() - begins[first];
        firstExamples = new int[end - first + 1];
        for (int i = 0; i < firstExamples.length; i++) {
            firstExamples[i] = Math.min(range.end(), Math.max(range.start(), begins[first + i])) - range.start();
        }
        fileOfBlock = Arrays.copyOfRange(owners, first, end);
        inMemory = new AtomicReferenceArray<>(fileOfBlock.length);
    }

    private static int at(int[] begins, int example) {
        int found = Arrays.binarySearch(begins, example);
        return found >= 0 ? found : -found - 2;
    }

    int count() {
        return fileOfBlock.length;
    }

    int examples() {
        return firstExamples[firstExamples.length - 1];
    }

    int firstExample(int block) {
        return firstExamples[block];
    }

    /** The block that an example lies in. */
    int blockOf(int example) {
        if (example < 0 || example >= examples()) {
            throw new IndexOutOfBoundsException("example " + example + " of " + examples());
        }
        return at(firstExamples, example);
    }

    /** The place of an example among all that its block has. */
    int placeIn(int block, int example) {
        return example - firstExamples[block] + (block == 0 ? skipped : 0);
    }

    /** Examples that a block has in its file. */
    int examplesOf(int block) {
        int file = fileOfBlock[block];
        return files.get(file).examples(firstOfAll + block - firstBlockOfFile[file]);
    }

    /** @param blocks that may be in memory at a time */
    void keep(int blocks) {
        readLast = new int[Math.min(count(), blocks)];
        Arrays.fill(readLast, -1);
    }

    /**
     * A block's bytes, from memory or from its file.
     *
     * @throws DataFaultException if it cannot be read, or not as it was written
     */
    byte[] bytes(int block) {
        byte[] bytes = inMemory.get(block);
        return bytes != null ? bytes : read(block);
    }

    private synchronized byte[] read(int block) {
        byte[] bytes = inMemory.get(block);
        if (bytes != null) {
            return bytes; // another thread was faster
        }
        int file = fileOfBlock[block];
        try {
            if (unreadable.containsKey(block)) {
                throw unreadable.get(block);
            }
            bytes = files.get(file).read(firstOfAll + block - firstBlockOfFile[file]);
        } catch (IOException e) {
            unreadable.put(block, e);
            throw new DataFaultException("cannot read training or test data: " + e.getMessage(), e);
        }
        int place = reads++ % readLast.length;
        reads %= readLast.length;
        if (readLast[place] >= 0) {
            inMemory.set(readLast[place], null);
        }
        readLast[place] = block;
        inMemory.set(block, bytes);
        return bytes;
    }

    /** Blocks that are in memory now. */
    int inMemory() {
        int count = 0;
        for (int block = 0; block < count(); block++) {
            count += inMemory.get(block) == null ? 0 : 1;
        }
        return count;
    }
}
