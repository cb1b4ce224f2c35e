package io.lockstep.collectives;

import java.util.function.Supplier;

/** A prepared call with nothing prepared. */
final class RepeatedCall implements PreparedWork {
    private final Supplier<Work> call;
    private Work last = Work.completed();

    RepeatedCall(Supplier<Work> call) {
        this.call = call;
    }

    @Override
    public PreparedWork start() {
        if (!last.isDone()) {
            throw new IllegalStateException("the call before is not done");
        }
        last = call.get();
        return this;
    }

    @Override
    public boolean isDone() {
        return last.isDone();
    }

    @Override
    public void await() {
        last.await();
    }

    @Override
    public long durationNanos() {
        return last.durationNanos();
    }
}
