package dev.gatun.simd.gemm;

import dev.gatun.simd.CompilerDirectives;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAccumulator;

/**
 * Generates micro-kernels and keeps them, one per {@link MicroShape}: equal layers share classes and their compiled
 * code. Safe for use by many threads. Its classes are unloaded with it and the kernels made from it.
 */
public final class MicroKernels {
    private static final int RETRIES = 3;
    /** From this retry on a kernel is made of halves, then quarters. */
    private static final int HALVES = 1;
    /** Below this part of what is expected, C2 keeps the sums in memory. */
    private static final double BAD = 0.5;

    private final ConcurrentHashMap<MicroShape, MicroKernel> kernels = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<MicroShape, MicroKernel> warmed = new ConcurrentHashMap<>();
    private final DoubleAccumulator fastest = new DoubleAccumulator(Math::max, 0);

    /** With nothing generated yet. */
    public MicroKernels() {
        Lanes.load();
    }

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
        return CompilerDirectives.install();
    }

    /** The kernel of that shape. */
    public MicroKernel get(MicroShape shape) {
        return kernels.computeIfAbsent(shape, MicroKernels::define);
    }

    /**
     * The kernel of that shape, compiled. Kept from C1, a kernel is slow until it has seen some thousand steps; here it
     * runs on memory of its own until then. It is generated again if C2 spilled its sums, which happens by chance, and then
     * in smaller pieces, for a JVM whose JDK methods have been deoptimized too often: see {@link Halves}.
     */
    public MicroKernel warm(MicroShape shape) {
        return warmed.computeIfAbsent(shape, s -> {
            MicroKernel best = get(s);
            double bestRate = WarmUp.rate(s, best);
            for (int i = 0; i < RETRIES && bestRate < Math.max(WarmUp.COMPILED, fastest.get() * BAD * WarmUp.share(s)); i++) {
                MicroKernel again = i < HALVES ? define(s) : inPieces(s, 1 << i - HALVES + 1);
                double rate = WarmUp.rate(s, again);
                if (rate > bestRate) {
                    best = again;
                    bestRate = rate;
                    kernels.put(s, again);
                }
            }
            fastest.accumulate(bestRate);
            return best;
        });
    }

    /** The kernel of that shape, made of so many of fewer rows, or as many as there are rows. */
    MicroKernel inPieces(MicroShape shape, int pieces) {
        int lower = shape.rows() / 2;
        if (pieces == 1 || lower == 0) return get(shape);
        int upper = shape.rows() - lower;
        return new Halves(inPieces(shape.ofRows(upper), pieces / 2), inPieces(shape.ofRows(lower), pieces / 2), upper, shape.aRow());
    }

    private static MicroKernel define(MicroShape shape) {
        CompilerDirectives.install(); // before HotSpot sees the class
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            Class<?> made = lookup.defineHiddenClass(new MicroCode(shape).bytes(), true).lookupClass();
            return (MicroKernel) made.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Micro-kernel " + shape + " cannot be defined", e);
        }
    }
}
