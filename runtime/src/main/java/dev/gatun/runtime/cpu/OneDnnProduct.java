package dev.gatun.runtime.cpu;

import dev.gatun.bindings.OneDnnMatmul;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A matrix product in oneDNN, cut into blocks of the result. Each task is a primitive of its own on one OpenMP
 * thread, so that the worker team stays the only owner of the cores.
 */
final class OneDnnProduct implements Kernel, AutoCloseable {
    /** One block: a primitive and the byte offsets of its operands; -1 for one that it does not have. */
    record Block(OneDnnMatmul primitive, long a, long b, long bias, long residual, long residualBytes, long c) {}

    private final List<Block> blocks;
    private final Windows[] windows;

    /** An arena's slices for one block. */
    private record Windows(MemorySegment memory, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment residual,
            MemorySegment c) {}

    OneDnnProduct(List<Block> blocks) {
        this.blocks = List.copyOf(blocks);
        windows = new Windows[blocks.size()];
    }

    @Override
    public String name() {
        return "onednn.matmul";
    }

    @Override
    public int tasks() {
        return blocks.size();
    }

    @Override
    public long scratchBytes() {
        return blocks.stream().mapToLong(b -> b.primitive().scratchpadBytes()).max().orElse(0);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        Windows w = windows[task];
        Block block = blocks.get(task);
        if (w == null || w.memory != memory) {
            w = windows(memory, block); // made once: a task belongs to one worker at a time
            windows[task] = w;
        }
        block.primitive.execute(w.a, w.b, w.bias, w.residual, w.c, scratch);
    }

    private static Windows windows(MemorySegment memory, Block block) {
        OneDnnMatmul.Spec s = block.primitive.spec();
        return new Windows(memory, memory.asSlice(block.a, s.a().bytes()), memory.asSlice(block.b, s.b().bytes()),
                block.bias < 0 ? MemorySegment.NULL : memory.asSlice(block.bias, s.bias().orElseThrow().bytes()),
                block.residual < 0 ? MemorySegment.NULL : memory.asSlice(block.residual, block.residualBytes),
                memory.asSlice(block.c, s.c().bytes()));
    }

    /** Frees the primitives. */
    @Override
    public void close() {
        blocks.forEach(b -> b.primitive().close());
    }
}
