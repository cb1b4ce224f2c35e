package io.lockstep.engine.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_sum;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_post_ops;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;

import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Copies from one layout into another, by oneDNN. */
public final class Reorder {
    private Reorder() {}

    /** @param add to what is there */
    public static Primitive primitive(dnnl_memory_desc_t from, dnnl_memory_desc_t to, boolean add) {
        dnnl_primitive_attr attributes = OneDnn.attributes();
        if (add) {
            dnnl_post_ops sum = new dnnl_post_ops();
            OneDnn.check(dnnl_post_ops_create(sum));
            OneDnn.check(dnnl_post_ops_append_sum(sum, 1));
            OneDnn.check(dnnl_primitive_attr_set_post_ops(attributes, sum));
            OneDnn.check(dnnl_post_ops_destroy(sum));
        }
        dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
        OneDnn.check(
                dnnl_reorder_primitive_desc_create(descriptor, from, OneDnn.ENGINE, to, OneDnn.ENGINE, attributes));
        return Primitive.of(descriptor);
    }

    public static Call call(Primitive primitive, dnnl_memory_desc_t from, dnnl_memory_desc_t to) {
        return new Call(primitive, new int[] {DNNL_ARG_FROM, DNNL_ARG_TO}, from, to);
    }
}
