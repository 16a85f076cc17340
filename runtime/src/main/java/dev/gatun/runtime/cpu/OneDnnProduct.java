package dev.gatun.runtime.cpu;

import dev.gatun.bindings.OneDnnMatmul;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A matrix product in oneDNN, cut into blocks of the result. Each task is a primitive of its own on one OpenMP
 * thread, so that the worker team stays the only owner of the cores.
 */
final class OneDnnProduct implements Kernel, AutoCloseable {
    /** One block: a primitive and the byte offsets of its operands; -1 for one that it does not have. */
    record Block(OneDnnMatmul primitive, long a, long b, long bias, long residual, long residualBytes, long c) {}

    /** How the two operands and the result move by iterations of a loop around the product. */
    record Motions(Motion a, Motion b, Motion c) {
        static final Motions STILL = new Motions(Motion.STILL, Motion.STILL, Motion.STILL);

        boolean isStill() {
            return a.isStill() && b.isStill() && c.isStill();
        }
    }

    private final List<Block> blocks;
    private final Motions motions;
    /** For each task, windows of iteration 0, 1, ... as far as they are known. */
    private final Windows[][] windows;
    private int iteration;

    /** An arena's slices for one block. */
    private record Windows(MemorySegment memory, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment residual,
            MemorySegment c) {}

    OneDnnProduct(List<Block> blocks, Motions motions) {
        this.blocks = List.copyOf(blocks);
        this.motions = motions;
        windows = new Windows[blocks.size()][1];
    }

    @Override
    public void move(int to) {
        if (motions.isStill()) return;
        iteration = to;
        for (int i = 0; i < windows.length && windows[i].length <= to; i++) windows[i] = Arrays.copyOf(windows[i], 2 * to + 1);
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
        Windows w = windows[task][iteration];
        Block block = blocks.get(task);
        if (w == null || w.memory != memory) {
            w = windows(memory, block); // made once: a task belongs to one worker at a time
            windows[task][iteration] = w;
        }
        block.primitive.execute(w.a, w.b, w.bias, w.residual, w.c, scratch);
    }

    private Windows windows(MemorySegment memory, Block block) {
        OneDnnMatmul.Spec s = block.primitive.spec();
        return new Windows(memory, memory.asSlice(block.a + motions.a.at(iteration), s.a().bytes()),
                memory.asSlice(block.b + motions.b.at(iteration), s.b().bytes()),
                block.bias < 0 ? MemorySegment.NULL : memory.asSlice(block.bias, s.bias().orElseThrow().bytes()),
                block.residual < 0 ? MemorySegment.NULL : memory.asSlice(block.residual, block.residualBytes),
                memory.asSlice(block.c + motions.c.at(iteration), s.c().bytes()));
    }

    /** Frees the primitives. */
    @Override
    public void close() {
        blocks.forEach(b -> b.primitive().close());
    }
}
