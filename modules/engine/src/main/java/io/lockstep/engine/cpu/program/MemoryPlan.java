package io.lockstep.engine.cpu.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places tensors so that those which live at the same time do not overlap: largest first, each at the lowest place that
 * is free during its life (Pisarchyk and Lee 2020, "greedy by size").
 */
final class MemoryPlan {
    private static final long ALIGNMENT = 64;

    private MemoryPlan() {}

    /** @return bytes needed */
    static long place(List<Tensor> tensors) {
        List<Tensor> bySize = new ArrayList<>(tensors);
        bySize.removeIf(tensor -> tensor.lastSegment < 0);
        bySize.sort(Comparator.comparingLong((Tensor tensor) -> tensor.bytes()).reversed());
        List<Tensor> placed = new ArrayList<>();
        long end = 0;
        for (Tensor tensor : bySize) {
            tensor.offset = lowestFree(tensor, placed);
            placed.add(tensor);
            placed.sort(Comparator.comparingLong(other -> other.offset));
            end = Math.max(end, tensor.offset + aligned(tensor.bytes()));
        }
        return end;
    }

    private static long lowestFree(Tensor tensor, List<Tensor> placedByOffset) {
        long offset = 0;
        for (Tensor other : placedByOffset) {
            if (other.livesWith(tensor)) {
                if (other.offset >= offset + aligned(tensor.bytes())) {
                    return offset;
                }
                offset = Math.max(offset, other.offset + aligned(other.bytes()));
            }
        }
        return offset;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
