package io.lockstep.engine.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.Reorder;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/** Copies of activations in bfloat16, which products of that precision read. */
final class Rounding implements AutoCloseable {
    private final Machine plan;
    private final Map<Long, Calls> byExampleBytes = new HashMap<>();

    Rounding(Machine plan) {
        this.plan = plan;
    }

    /** A tensor of this program for the copy of another. */
    static Tensor copyOf(Tensor x, Program program) {
        return program.bytes(x.name() + ".bfloat16", x.exampleBytes() / Float.BYTES * Short.BYTES);
    }

    ExampleTask task(Tensor x, Tensor copy) {
        Calls calls = byExampleBytes.computeIfAbsent(x.exampleBytes(), this::calls);
        return (lane, first, end) -> calls.get(lane, end - first)
                .set(0, x.addressOf(first))
                .set(1, copy.addressOf(first))
                .execute(lane);
    }

    private Calls calls(long exampleBytes) {
        long elements = exampleBytes / Float.BYTES;
        return new Calls(
                plan.lanes(),
                plan.capacity(),
                examples -> Reorder.primitive(from(examples, elements), to(examples, elements), false),
                (primitive, examples) -> Reorder.call(primitive, from(examples, elements), to(examples, elements)));
    }

    private static dnnl_memory_desc_t from(int examples, long elements) {
        return OneDnn.ofType(dnnl_f32, dnnl_a, examples * elements);
    }

    private static dnnl_memory_desc_t to(int examples, long elements) {
        return OneDnn.ofType(dnnl_bf16, dnnl_a, examples * elements);
    }

    @Override
    public void close() {
        byExampleBytes.values().forEach(Calls::close);
    }
}
