package io.lockstep.networks.compiled.games;

import io.lockstep.engine.Pass;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.GradientParts;
import io.lockstep.training.Range;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The gradients of a turn's passes, on their way from plans into the vector of what is trained. */
final class TurnGradients {
    private static final GradientListener NOBODY = watermark -> {};

    private final VectorParts vectors;
    private final GradientParts sum; // null: the turn has one pass
    /** Of the vector, what a plan's passes say nothing of. */
    private final Map<PlacedPlan, List<ByteBuffer>> untouched = new IdentityHashMap<>();

    TurnGradients(VectorParts vectors, boolean severalPasses) {
        this.vectors = vectors;
        sum = severalPasses ? new GradientParts(vectors) : null;
    }

    /** To be called once for each plan. */
    void expect(PlacedPlan plan) {
        untouched.computeIfAbsent(plan, key -> FlatBuffers.slices(vectors.gradients(), without(plan.places())));
    }

    /** What of the vectors is in none of these places of the network's. */
    private List<Range> without(List<Range> places) {
        List<Range> rest = new ArrayList<>();
        long at = 0;
        for (Range range : vectors.ranges()) {
            long start = range.start();
            for (Range place : places.stream()
                    .sorted((a, b) -> Long.compare(a.start(), b.start()))
                    .toList()) {
                if (place.end() > start && place.start() < range.end()) {
                    add(rest, start, place.start(), at - range.start());
                    start = place.end();
                }
            }
            add(rest, start, range.end(), at - range.start());
            at += range.size();
        }
        return rest;
    }

    private static void add(List<Range> rest, long start, long end, long shift) {
        if (start < end) {
            rest.add(new Range(start + shift, end + shift));
        }
    }

    /** @param share as {@link GradientParts#keep} takes it */
    void keep(PlacedPlan plan, Pass pass, float share) {
        sum.begin();
        plan.forwardBackward(pass, NOBODY);
        take(plan);
        sum.keep(share);
    }

    /** The turn's last pass, which announces. */
    void last(PlacedPlan plan, Pass pass, float share, GradientListener listener) {
        GradientListener told = sum == null ? listener : sum.last(share, listener);
        if (vectors.isShared() && untouched.get(plan).isEmpty()) {
            plan.forwardBackward(pass, new Shifted(vectors.ranges().get(0), told));
        } else {
            plan.forwardBackward(pass, NOBODY);
            take(plan);
            told.gradientsReadyFrom(0);
        }
    }

    private void take(PlacedPlan plan) {
        vectors.gatherGradients();
        untouched.get(plan).forEach(TurnGradients::clear);
    }

    /** Of no example. */
    void none(GradientListener listener) {
        clear(vectors.gradients());
        listener.gradientsReadyFrom(0);
    }

    private static void clear(ByteBuffer floats) {
        for (int at = 0; at < floats.limit(); at += Float.BYTES) {
            floats.putFloat(at, 0);
        }
    }

    /** Passes on what is told of the network's vector, as far as it is of a range. */
    private static final class Shifted implements GradientListener {
        private final Range range;
        private final GradientListener listener;
        private long from;

        Shifted(Range range, GradientListener listener) {
            this.range = range;
            this.listener = listener;
            from = range.size();
        }

        @Override
        public void gradientsReadyFrom(long watermark) {
            long own = Math.max(0, watermark - range.start());
            if (own < from) {
                from = own;
                listener.gradientsReadyFrom(own);
            }
        }
    }
}
