package io.lockstep.datasets.loading;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Examples that could not be read and are missing in batches. A loader's thread adds them, ahead of the steps that would have
 * had them; whoever takes the batches asks.
 */
final class UnreadExamples {
    private final Queue<UnreadExample> examples = new ConcurrentLinkedQueue<>();

    void add(long step, int example, String why) {
        examples.add(new UnreadExample(step, example, why));
    }

    /** Those of steps before one, each handed out once. */
    List<UnreadExample> before(long step) {
        List<UnreadExample> taken = new ArrayList<>();
        while (!examples.isEmpty() && examples.peek().step() < step) {
            taken.add(examples.remove());
        }
        return taken;
    }
}
