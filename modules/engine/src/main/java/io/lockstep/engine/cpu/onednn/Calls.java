package io.lockstep.engine.cpu.onednn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** One operation of oneDNN for any number of examples, or of rows: a primitive per number, and per lane a call of it. */
public final class Calls implements AutoCloseable {
    private final IntFunction<Primitive> maker;
    private final Binder binder;
    private final Map<Integer, Primitive> primitives = new HashMap<>();
    private final Call[][] calls;
    private final List<Call> all = new ArrayList<>();

    /** Makes the call of a primitive for a number of examples. */
    public interface Binder {
        Call bind(Primitive primitive, int examples);
    }

    public Calls(int lanes, int capacity, IntFunction<Primitive> maker, Binder binder) {
        this.maker = maker;
        this.binder = binder;
        calls = new Call[lanes][capacity + 1];
    }

    /** On a lane. */
    public synchronized Primitive primitive(int examples) {
        return primitives.computeIfAbsent(examples, maker::apply);
    }

    public Call get(Lane lane, int examples) {
        Call call = calls[lane.index()][examples];
        return call != null ? call : make(lane, examples);
    }

    private synchronized Call make(Lane lane, int examples) {
        Call call = binder.bind(primitive(examples), examples);
        all.add(call);
        calls[lane.index()][examples] = call;
        return call;
    }

    @Override
    public synchronized void close() {
        all.forEach(Call::close);
        primitives.values().forEach(Primitive::close);
    }
}
