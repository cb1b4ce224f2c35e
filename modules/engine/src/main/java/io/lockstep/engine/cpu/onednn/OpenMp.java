package io.lockstep.engine.cpu.onednn;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * Sets how many threads oneDNN uses when it is called from the current thread: OpenMP holds that number per thread.
 *
 * <p>oneDNN's preset does not bind {@code omp_set_num_threads}, and its environment variable is the whole process's,
 * ND4J's included. JavaCPP can call one native function by address: the deallocator of a pointer, {@code void f(void*)}.
 * An int in place of the pointer travels in the same register on x86-64.
 */
final class OpenMp {
    private OpenMp() {}

    /** The current thread calls oneDNN without helpers from now on. */
    static void useOneThread() {
        Loader.load(org.bytedeco.dnnl.global.dnnl.class);
        try {
            Class<?> type = Class.forName("org.bytedeco.javacpp.Pointer$NativeDeallocator");
            Constructor<?> constructor = type.getDeclaredConstructor(Pointer.class, long.class, long.class);
            constructor.setAccessible(true);
            Method call = type.getDeclaredMethod("deallocate", long.class, long.class);
            call.setAccessible(true);
            long function = Loader.addressof("omp_set_num_threads").address();
            call.invoke(constructor.newInstance(new Pointer(), 0L, 0L), 1L, function);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JavaCPP is not the one that the engine was written for", e);
        }
    }
}
