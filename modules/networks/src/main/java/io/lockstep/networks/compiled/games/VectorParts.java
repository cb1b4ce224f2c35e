package io.lockstep.networks.compiled.games;

import io.lockstep.training.FlatBuffers;
import io.lockstep.training.NetworkVectors;
import io.lockstep.training.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Some ranges of a network's flat vectors, as vectors of their own: views of the same memory where it is one range; copies
 * otherwise, as DL4J's order of vertices may put one part's between another's.
 */
final class VectorParts implements NetworkVectors {
    private final NetworkVectors network;
    private final List<Range> ranges;
    private final Vector parameters;
    private final Vector gradients;
    private final Vector updaterState;
    private final List<Range> statistics = new ArrayList<>();

    /** Pieces of a vector, one behind the other. */
    private static final class Vector {
        final List<ByteBuffer> pieces;
        final ByteBuffer whole;

        Vector(ByteBuffer network, List<Range> ranges) {
            pieces = FlatBuffers.slices(network, ranges);
            whole = pieces.size() == 1
                    ? pieces.get(0)
                    : FlatBuffers.allocate(
                            ranges.stream().mapToLong(Range::size).sum());
        }

        ByteBuffer view() {
            return whole.duplicate().order(ByteOrder.nativeOrder());
        }

        void gather() {
            if (pieces.size() > 1) {
                int at = 0;
                for (int i = 0; i < pieces.size(); i++) {
                    whole.put(at, pieces.get(i), 0, pieces.get(i).limit());
                    at += pieces.get(i).limit();
                }
            }
        }

        void scatter() {
            if (pieces.size() > 1) {
                int at = 0;
                for (int i = 0; i < pieces.size(); i++) {
                    pieces.get(i).put(0, whole, at, pieces.get(i).limit());
                    at += pieces.get(i).limit();
                }
            }
        }
    }

    /**
     * @param ranges of parameters and gradients, ascending
     * @param stateRanges of the updater's state
     */
    VectorParts(NetworkVectors network, List<Range> ranges, List<Range> stateRanges) {
        this.network = network;
        this.ranges = List.copyOf(ranges);
        parameters = new Vector(network.parameters(), ranges);
        gradients = new Vector(network.gradients(), ranges);
        updaterState = new Vector(network.updaterState(), stateRanges);
        long start = 0;
        for (Range range : ranges) {
            for (Range statistic : network.statistics()) {
                if (statistic.start() < range.end() && statistic.end() > range.start()) {
                    long shift = start - range.start();
                    statistics.add(new Range(
                            Math.max(statistic.start(), range.start()) + shift,
                            Math.min(statistic.end(), range.end()) + shift));
                }
            }
            start += range.size();
        }
        toHost();
    }

    /** Takes the gradients that the network has now. */
    void gatherGradients() {
        gradients.gather();
    }

    /** Gives the network these gradients. */
    void scatterGradients() {
        gradients.scatter();
    }

    /** Whether it is views of the network's memory. */
    boolean isShared() {
        return ranges.size() == 1;
    }

    List<Range> ranges() {
        return ranges;
    }

    @Override
    public ByteBuffer parameters() {
        return parameters.view();
    }

    @Override
    public ByteBuffer gradients() {
        return gradients.view();
    }

    @Override
    public ByteBuffer updaterState() {
        return updaterState.view();
    }

    @Override
    public List<Range> statistics() {
        return List.copyOf(statistics);
    }

    @Override
    public String layerAt(long element) {
        long left = element;
        for (Range range : ranges) {
            if (left < range.size()) {
                return network.layerAt(range.start() + left);
            }
            left -= range.size();
        }
        throw new IndexOutOfBoundsException("element " + element);
    }

    @Override
    public void toHost() {
        parameters.gather();
        updaterState.gather();
    }

    @Override
    public void fromHost() {
        parameters.scatter();
        updaterState.scatter();
    }
}
