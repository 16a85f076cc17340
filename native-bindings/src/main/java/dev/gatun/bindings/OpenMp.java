package dev.gatun.bindings;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The two OpenMP calls that bound oneDNN's threads. Both concern the calling thread only: OpenMP keeps the number
 * per thread, and a thread that never set it has {@code OMP_NUM_THREADS} or all cores. Usable once
 * {@link OneDnnLibrary#probe()} has answered {@code Ready}; a oneDNN built without OpenMP ignores the setting.
 */
final class OpenMp {
    private static final MethodHandle SET_NUM_THREADS =
            handle("omp_set_num_threads", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    private static final MethodHandle MAX_THREADS =
            handle("omp_get_max_threads", FunctionDescriptor.of(ValueLayout.JAVA_INT));

    private OpenMp() {}

    /** Bounds the OpenMP threads of what the calling thread starts from now on. */
    static void setNumThreads(int threads) {
        if (SET_NUM_THREADS == null) {
            return;
        }
        try {
            SET_NUM_THREADS.invokeExact(threads);
        } catch (Throwable e) {
            throw new AssertionError("omp_set_num_threads throws nothing", e);
        }
    }

    /** How many threads a parallel region of the calling thread would have; 1 without OpenMP. */
    static int maxThreads() {
        if (MAX_THREADS == null) {
            return 1;
        }
        try {
            return (int) MAX_THREADS.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError("omp_get_max_threads throws nothing", e);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return SymbolLookup.loaderLookup().find(name)
                .map(symbol -> Linker.nativeLinker().downcallHandle(symbol, type))
                .orElse(null);
    }
}
