package dev.gatun.simd.loop;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/** A loop at its addresses. */
final class BoundLoop implements Kernel {
    private final String name;
    private final int tasks;
    private final long scratchBytes;
    private final LoopBody body;
    private final long[] bases;

    BoundLoop(String name, int tasks, long scratchBytes, LoopBody body, long[] bases) {
        this.name = name;
        this.tasks = tasks;
        this.scratchBytes = scratchBytes;
        this.body = body;
        this.bases = bases;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int tasks() {
        return tasks;
    }

    @Override
    public long scratchBytes() {
        return scratchBytes;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        if (task < 0 || task >= tasks) {
            throw new IndexOutOfBoundsException("loop " + name + " has " + tasks + " tasks, no task " + task);
        }
        body.run(memory, scratch, bases, task);
    }
}
