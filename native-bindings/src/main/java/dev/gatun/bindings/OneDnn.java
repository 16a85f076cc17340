package dev.gatun.bindings;

import dev.gatun.bindings.onednn.Dnnl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A CPU engine of oneDNN and the owner of every primitive made through it: closing it closes them all.
 *
 * <p>Thread rule: each primitive object is executed by one thread at a time, because it carries the addresses of its
 * arguments. Two threads that work on two slices make two primitive objects; equal ones share their machine code in
 * the library's own cache. All of them run on {@link #threads()} OpenMP threads, whichever Java thread calls.
 */
public final class OneDnn implements AutoCloseable {
    private final int threads;
    private final Arena arena;
    private final MemorySegment engine;
    private final Set<Primitive> primitives = new HashSet<>();

    private OneDnn(int threads, Arena arena, MemorySegment engine) {
        this.threads = threads;
        this.arena = arena;
        this.engine = engine;
    }

    /**
     * Makes an engine.
     *
     * @param library what {@link OneDnnLibrary#probe()} answered
     * @param threads OpenMP threads of each call; 1 when the callers share the work among themselves
     * @throws OneDnnException when the library has no CPU engine
     */
    public static OneDnn open(OneDnnLibrary.Ready library, int threads) {
        Objects.requireNonNull(library, "library");
        if (threads < 1) {
            throw new IllegalArgumentException("threads is at least 1, not " + threads);
        }
        MemorySegment engine;
        try (Arena brief = Arena.ofConfined()) {
            MemorySegment out = brief.allocate(ValueLayout.ADDRESS);
            OneDnnException.check(Dnnl.dnnl_engine_create(out, Dnnl.dnnl_cpu(), 0), "cpu engine");
            engine = out.get(ValueLayout.ADDRESS, 0);
        }
        Arena arena = Arena.ofShared();
        return new OneDnn(threads, arena, engine.reinterpret(arena, Dnnl::dnnl_engine_destroy));
    }

    /** OpenMP threads of each call. */
    public int threads() {
        return threads;
    }

    /**
     * Makes a matrix product.
     *
     * @throws OneDnnException naming operation and shapes, when the library refuses them
     */
    public OneDnnMatmul matmul(OneDnnMatmul.Spec spec) {
        return new OneDnnMatmul(this, spec);
    }

    /**
     * Makes a convolution or one of its gradients.
     *
     * @throws OneDnnException naming operation and shapes, when the library refuses them
     */
    public OneDnnConvolution convolution(OneDnnConvolution.Spec spec) {
        return new OneDnnConvolution(this, spec);
    }

    /**
     * Makes a copy between two layouts or types of the same dims.
     *
     * @throws OneDnnException naming operation and shapes, when the library refuses them
     * @throws IllegalArgumentException when one of them leaves its layout open
     */
    public OneDnnReorder reorder(OneDnnTensor from, OneDnnTensor to) {
        return new OneDnnReorder(this, from, to);
    }

    MemorySegment engine() {
        checkOpen();
        return engine;
    }

    /** Makes the calling thread's calls run on this engine's number of threads; about 10 ns. */
    void claimThreads() {
        OpenMp.setNumThreads(threads);
    }

    synchronized void add(Primitive primitive) {
        checkOpen();
        primitives.add(primitive);
    }

    synchronized void remove(Primitive primitive) {
        primitives.remove(primitive);
    }

    private void checkOpen() {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("this OneDnn is closed");
        }
    }

    /**
     * Frees the engine with all its primitives.
     *
     * @throws IllegalStateException when another thread is executing one of them
     */
    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            List.copyOf(primitives).forEach(Primitive::close);
            arena.close();
        }
    }
}
