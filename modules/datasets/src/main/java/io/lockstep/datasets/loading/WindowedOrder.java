package io.lockstep.datasets.loading;

import io.lockstep.datasets.BlockedDataset;
import io.lockstep.datasets.SplitMix64;
import java.util.Arrays;

/**
 * The order of a set that is read in blocks: blocks are shuffled, cut into windows of nearly the same number of blocks, and
 * the examples of each window are shuffled together.
 *
 * <pre>
 *   epoch  blocks 3 7 | 0 5 | 2 6 | 4 1          place 0 ..         n - 1
 *   window        0     1     2     3            example of window 0 | of window 1 | ...
 *   drawn to place p of window 1: as large a part of window 2's blocks has been read as of window 1 is drawn
 * </pre>
 *
 * <p>Any place can be the first that is asked for: only the order of its own window is computed.
 */
final class WindowedOrder implements ExampleOrder {
    private static final long BLOCK_STREAM = 5;
    private static final long WINDOW_STREAM = 6;

    private final BlockedDataset set;
    private final long seed;
    private final int windows;
    private Pass pass;
    private Window window;
    /** The one after it, which is being read; null: nobody has asked to read ahead. */
    private Window next;

    WindowedOrder(BlockedDataset set, long seed) {
        this.set = set;
        this.seed = seed;
        this.windows = (set.blocks() + set.window() - 1) / set.window();
    }

    @Override
    public int example(long epoch, int place) {
        if (window == null || !window.holds(epoch, place)) {
            Window ahead = next;
            next = null;
            window = ahead != null && ahead.holds(epoch, place)
                    ? ahead
                    : window(epoch, pass(epoch).windowAt(place));
        }
        return window.example(place);
    }

    @Override
    public void readAhead(long epoch, int place) {
        if (window == null || !window.holds(epoch, Math.max(0, place - 1))) {
            return; // nothing was drawn from it
        }
        if (next == null) {
            next = window.index + 1 < windows ? window(epoch, window.index + 1) : window(epoch + 1, 0);
        }
        next.readTo((double) (place - window.start) / window.order.length);
    }

    private Pass pass(long epoch) {
        if (pass == null || pass.epoch != epoch) {
            pass = new Pass(epoch);
        }
        return pass;
    }

    private Window window(long epoch, int index) {
        return new Window(pass(epoch), index);
    }

    /** The blocks of an epoch, and where its windows begin. */
    private final class Pass {
        private final long epoch;
        private final int[] blocks = new int[set.blocks()];
        private final int[] starts = new int[windows + 1];

        Pass(long epoch) {
            this.epoch = epoch;
            var random = new SplitMix64().start(seed, BLOCK_STREAM, epoch);
            for (int i = 0; i < blocks.length; i++) {
                int j = random.nextInt(i + 1);
                blocks[i] = blocks[j];
                blocks[j] = i;
            }
            for (int w = 0; w < windows; w++) {
                starts[w + 1] = starts[w];
                for (int i = firstBlock(w); i < firstBlock(w + 1); i++) {
                    starts[w + 1] += set.firstExample(blocks[i] + 1) - set.firstExample(blocks[i]);
                }
            }
        }

        private int firstBlock(int index) {
            return (int) ((long) index * blocks.length / windows);
        }

        int windowAt(int place) {
            int found = Arrays.binarySearch(starts, place);
            return found >= 0 ? found : -found - 2;
        }
    }

    private final class Window {
        private final long epoch;
        private final int index;
        private final int start;
        private final int[] blocks;
        private final int[] order;
        private int read;

        Window(Pass pass, int index) {
            this.epoch = pass.epoch;
            this.index = index;
            this.start = pass.starts[index];
            this.blocks = Arrays.copyOfRange(pass.blocks, pass.firstBlock(index), pass.firstBlock(index + 1));
            this.order = new int[pass.starts[index + 1] - start];
            var random = new SplitMix64().start(seed, WINDOW_STREAM + ((long) index << 8), epoch);
            int filled = 0;
            for (int block : blocks) {
                for (int example = set.firstExample(block); example < set.firstExample(block + 1); example++) {
                    int j = random.nextInt(filled + 1);
                    order[filled] = order[j];
                    order[j] = example;
                    filled++;
                }
            }
        }

        boolean holds(long ofEpoch, int place) {
            return ofEpoch == epoch && place >= start && place < start + order.length;
        }

        int example(int place) {
            return order[place - start];
        }

        /** Reads blocks until this share of them is in memory. */
        void readTo(double share) {
            int wanted = (int) Math.min(blocks.length, Math.ceil(share * blocks.length));
            while (read < wanted) {
                set.load(blocks[read++]); // before it fails: it is asked for once
            }
        }
    }
}
