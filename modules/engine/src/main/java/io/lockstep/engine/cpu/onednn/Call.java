package io.lockstep.engine.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.javacpp.Pointer;

/** A primitive and its arguments, whose addresses are set before each execution. Used by one thread at a time. */
public final class Call implements AutoCloseable {
    private final Primitive primitive;
    private final dnnl_exec_arg_t arguments;
    private final dnnl_memory[] memories;
    private final long[] addresses;
    private final Address address = new Address();
    private final long scratchBytes;

    /** @param names oneDNN's, one for each description */
    public Call(Primitive primitive, int[] names, dnnl_memory_desc_t... descriptions) {
        this.primitive = primitive;
        scratchBytes = primitive.scratchBytes();
        int scratch = scratchBytes > 0 ? 1 : 0;
        memories = new dnnl_memory[names.length + scratch];
        addresses = new long[memories.length];
        arguments = new dnnl_exec_arg_t(memories.length);
        for (int i = 0; i < names.length; i++) {
            bind(i, names[i], descriptions[i]);
        }
        if (scratch == 1) {
            bind(names.length, DNNL_ARG_SCRATCHPAD, primitive.query(dnnl_query_scratchpad_md));
        }
        arguments.position(0);
    }

    private void bind(int i, int name, dnnl_memory_desc_t description) {
        memories[i] = new dnnl_memory();
        OneDnn.check(dnnl_memory_create(memories[i], description, OneDnn.ENGINE, (Pointer) null));
        arguments.position(i).arg(name).memory(memories[i]);
    }

    public Call set(int argument, long newAddress) {
        if (addresses[argument] != newAddress) {
            addresses[argument] = newAddress;
            OneDnn.check(dnnl_memory_set_data_handle(memories[argument], address.to(newAddress)));
        }
        return this;
    }

    public void execute(Lane lane) {
        if (scratchBytes > 0) {
            set(memories.length - 1, lane.scratch(scratchBytes));
        }
        OneDnn.check(dnnl_primitive_execute(primitive.handle(), lane.stream, memories.length, arguments));
    }

    @Override
    public void close() {
        for (dnnl_memory memory : memories) {
            OneDnn.check(dnnl_memory_destroy(memory));
        }
        arguments.close();
    }
}
