package io.lockstep.engine.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;

import org.bytedeco.dnnl.const_dnnl_op_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.Pointer;

/** A oneDNN primitive with its descriptor. Several threads may execute it at a time, each with its own memory. */
public final class Primitive implements AutoCloseable {
    private final dnnl_primitive_desc descriptor;
    private final dnnl_primitive primitive = new dnnl_primitive();

    /** Must be made on a lane: the number of threads is the maker's. */
    public Primitive(Pointer operation, dnnl_primitive_attr attributes, Primitive forward) {
        this(new dnnl_primitive_desc());
        OneDnn.check(dnnl_primitive_desc_create(
                descriptor,
                new const_dnnl_op_desc_t(operation),
                attributes,
                OneDnn.ENGINE,
                forward == null ? null : forward.descriptor));
        OneDnn.check(dnnl_primitive_create(primitive, descriptor));
    }

    /** @param descriptor already created, and owned from now on */
    static Primitive of(dnnl_primitive_desc descriptor) {
        Primitive result = new Primitive(descriptor);
        OneDnn.check(dnnl_primitive_create(result.primitive, descriptor));
        return result;
    }

    private Primitive(dnnl_primitive_desc descriptor) {
        this.descriptor = descriptor;
    }

    dnnl_primitive handle() {
        return primitive;
    }

    /** Valid as long as the primitive is. */
    public dnnl_memory_desc_t query(int what) {
        return dnnl_primitive_desc_query_md(descriptor, what, 0);
    }

    long scratchBytes() {
        return OneDnn.bytes(dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0));
    }

    @Override
    public void close() {
        OneDnn.check(dnnl_primitive_destroy(primitive));
        OneDnn.check(dnnl_primitive_desc_destroy(descriptor));
    }
}
