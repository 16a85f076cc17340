package dev.gatun.runtime.cpu;

import dev.gatun.bindings.OneDnnReorder;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/** A copy into or out of a layout that oneDNN chose. */
final class OneDnnReorderKernel implements Kernel, AutoCloseable {
    private final OneDnnReorder reorder;
    private final long from;
    private final long to;
    private MemorySegment memory;
    private MemorySegment source;
    private MemorySegment target;

    /** Byte offsets of both ends. */
    OneDnnReorderKernel(OneDnnReorder reorder, long from, long to) {
        this.reorder = reorder;
        this.from = from;
        this.to = to;
    }

    @Override
    public String name() {
        return "onednn.reorder";
    }

    @Override
    public int tasks() {
        return 1;
    }

    @Override
    public void run(MemorySegment arena, int task, MemorySegment scratch) {
        if (memory != arena) {
            source = arena.asSlice(from, reorder.fromBytes());
            target = arena.asSlice(to, reorder.toBytes());
            memory = arena;
        }
        reorder.execute(source, target);
    }

    /** Frees the primitive. */
    @Override
    public void close() {
        reorder.close();
    }
}
