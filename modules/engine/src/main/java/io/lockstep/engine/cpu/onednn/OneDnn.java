package io.lockstep.engine.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_init_by_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_init_by_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_nhwc;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;

import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.javacpp.Loader;

/** oneDNN's CPU engine and its descriptions of memory. */
public final class OneDnn {
    static final dnnl_engine ENGINE = engine();

    private OneDnn() {}

    private static dnnl_engine engine() {
        Loader.load(org.bytedeco.dnnl.global.dnnl.class);
        dnnl_engine engine = new dnnl_engine();
        check(dnnl_engine_create(engine, dnnl_cpu, 0));
        return engine;
    }

    /** @throws UnsupportedOperationException if oneDNN has no implementation */
    public static void check(int status) {
        if (status == 3) {
            throw new UnsupportedOperationException("oneDNN has no implementation of this");
        }
        if (status != 0) {
            throw new IllegalStateException("oneDNN: status " + status);
        }
    }

    /** Scratch memory is ours: one area per lane, large enough for its largest primitive. */
    public static dnnl_primitive_attr attributes() {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        check(dnnl_primitive_attr_create(attributes));
        check(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
        return attributes;
    }

    /** Whether products of bfloat16 have instructions of their own here. */
    public static boolean multipliesBfloat16() {
        int isa = dnnl_get_effective_cpu_isa();
        return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
    }

    public static dnnl_memory_desc_t nhwc(int examples, Shape shape) {
        return nhwc(examples, shape, dnnl_f32);
    }

    public static dnnl_memory_desc_t nhwc(int examples, Shape shape, int type) {
        return ofType(type, dnnl_nhwc, examples, shape.channels(), shape.height(), shape.width());
    }

    public static dnnl_memory_desc_t any(long... dimensions) {
        return any(dnnl_f32, dimensions);
    }

    public static dnnl_memory_desc_t any(int type, long[] dimensions) {
        return ofType(type, dnnl_format_tag_any, dimensions);
    }

    public static dnnl_memory_desc_t tagged(int tag, long... dimensions) {
        return ofType(dnnl_f32, tag, dimensions);
    }

    /** @param type oneDNN's, of the elements */
    public static dnnl_memory_desc_t ofType(int type, int tag, long... dimensions) {
        dnnl_memory_desc_t description = new dnnl_memory_desc_t();
        check(dnnl_memory_desc_init_by_tag(description, dimensions.length, dimensions, type, tag));
        return description;
    }

    static int elementBytes(dnnl_memory_desc_t description) {
        return description.data_type() == dnnl_bf16 ? Short.BYTES : Float.BYTES;
    }

    /** @param strides in elements, one for each dimension */
    public static dnnl_memory_desc_t strided(long[] dimensions, long[] strides) {
        dnnl_memory_desc_t description = new dnnl_memory_desc_t();
        check(dnnl_memory_desc_init_by_strides(description, dimensions.length, dimensions, dnnl_f32, strides));
        return description;
    }

    /** The padding that the last output needs, which is less than was asked for where strides do not fit. */
    public static long[] padAfter(Window w, Shape from, Shape to) {
        int reachHeight = (to.height() - 1) * w.strideHeight() + (w.height() - 1) * w.dilationHeight() + 1;
        int reachWidth = (to.width() - 1) * w.strideWidth() + (w.width() - 1) * w.dilationWidth() + 1;
        return new long[] {
            Math.max(0, reachHeight - from.height() - w.padTop()), Math.max(0, reachWidth - from.width() - w.padLeft())
        };
    }

    public static long bytes(dnnl_memory_desc_t description) {
        return dnnl_memory_desc_get_size(description);
    }
}
