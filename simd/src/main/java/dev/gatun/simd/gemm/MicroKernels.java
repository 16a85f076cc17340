package dev.gatun.simd.gemm;

import dev.gatun.simd.CompilerDirectives;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Generates micro-kernels and keeps them, one per {@link MicroShape}: equal layers share classes and their compiled
 * code. Safe for use by many threads. Its classes are unloaded with it and the kernels made from it.
 */
public final class MicroKernels {
    private final ConcurrentHashMap<MicroShape, MicroKernel> kernels = new ConcurrentHashMap<>();
    private final CompilerDirectives directives = CompilerDirectives.install();

    /** Rows of the largest tile that stays in registers. */
    public static int tileRows() {
        return Lanes.TILE_ROWS;
    }

    /** Vectors side by side in the largest tile. */
    public static int tileVectors() {
        return Lanes.TILE_VECTORS;
    }

    /** Whether generated code is kept from the quick compiler. */
    public CompilerDirectives directives() {
        return directives;
    }

    /** The kernel of that shape. */
    public MicroKernel get(MicroShape shape) {
        return kernels.computeIfAbsent(shape, MicroKernels::define);
    }

    private static MicroKernel define(MicroShape shape) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            Class<?> made = lookup.defineHiddenClass(new MicroCode(shape).bytes(), true).lookupClass();
            return (MicroKernel) made.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Micro-kernel " + shape + " cannot be defined", e);
        }
    }
}
