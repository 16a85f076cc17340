package dev.gatun.runtime.cpu;

import dev.gatun.bindings.OneDnnConvolution;
import dev.gatun.bindings.OneDnnConvolution.Slot;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A convolution in oneDNN, cut into slices of the batch; each task is a primitive of its own. */
final class OneDnnConvolutionKernel implements Kernel, AutoCloseable {
    /** A primitive and the byte offsets of images, weights, results, bias (-1 for none) and operands of post-ops. */
    record Slice(OneDnnConvolution primitive, long x, long w, long y, long bias, List<Operand> operands) {
        Slice {
            operands = List.copyOf(operands);
        }
    }

    /** What a post-op reads. */
    record Operand(long at, long bytes) {}

    /** An arena's windows for one slice. */
    private record Windows(MemorySegment memory, MemorySegment x, MemorySegment w, MemorySegment y, MemorySegment bias,
            List<MemorySegment> operands) {}

    private final List<Slice> slices;
    private final Windows[] windows;

    OneDnnConvolutionKernel(List<Slice> slices) {
        this.slices = List.copyOf(slices);
        windows = new Windows[slices.size()];
    }

    @Override
    public String name() {
        return switch (slices.getFirst().primitive.spec().pass()) {
            case FORWARD -> "onednn.conv";
            case BACKWARD_DATA -> "onednn.conv.input";
            case BACKWARD_WEIGHTS -> "onednn.conv.weights";
        };
    }

    @Override
    public int tasks() {
        return slices.size();
    }

    @Override
    public long scratchBytes() {
        return slices.stream().mapToLong(s -> s.primitive.scratchpadBytes()).max().orElse(0);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        Windows w = windows[task];
        Slice s = slices.get(task);
        if (w == null || w.memory != memory) {
            w = windows(memory, s); // made once: a task belongs to one worker at a time
            windows[task] = w;
        }
        s.primitive.execute(w.x, w.w, w.bias, w.operands, w.y, scratch);
    }

    private static Windows windows(MemorySegment memory, Slice s) {
        return new Windows(memory, memory.asSlice(s.x, s.primitive.bytes(Slot.SOURCE)),
                memory.asSlice(s.w, s.primitive.bytes(Slot.WEIGHTS)), memory.asSlice(s.y, s.primitive.bytes(Slot.RESULT)),
                s.bias < 0 ? MemorySegment.NULL : memory.asSlice(s.bias, s.primitive.bytes(Slot.BIAS)),
                s.operands.stream().map(o -> memory.asSlice(o.at, o.bytes)).toList());
    }

    /** Frees the primitives. */
    @Override
    public void close() {
        slices.forEach(s -> s.primitive.close());
    }
}
