package dev.gatun.simd.loop;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/** A loop at its addresses. */
final class BoundLoop implements Kernel {
    private final String name;
    private final int tasks;
    private final long scratchBytes;
    private final LoopBody body;
    private final long[] starts;
    private final Motion[] motions;
    private final long[] bases;
    private final boolean flat;
    private final int rows;
    private final int rowsPerTask;
    private final int inner;
    private final int lastInner;

    BoundLoop(Loop loop, boolean flat, long scratchBytes, LoopBody body, long[] starts, Motion[] motions) {
        this.name = loop.label();
        this.tasks = loop.tasks();
        this.scratchBytes = scratchBytes;
        this.body = body;
        this.starts = starts;
        this.motions = motions;
        this.bases = starts.clone();
        this.flat = flat;
        this.rows = loop.rows();
        this.rowsPerTask = loop.rowsPerTask();
        this.inner = loop.inner();
        this.lastInner = loop.lastInner();
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
    public void move(int iteration) {
        for (int i = 0; i < motions.length; i++) bases[i] = starts[i] + motions[i].at(iteration);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        if (task < 0 || task >= tasks) {
            throw new IndexOutOfBoundsException("loop " + name + " has " + tasks + " tasks, no task " + task);
        }
        int first = task * rowsPerTask;
        int count = Math.min(rowsPerTask, rows - first);
        int last = first + count == rows ? lastInner : inner;
        if (flat) {
            body.run(memory, scratch, bases, (long) first * inner, (count - 1) * inner + last, last, task, 0);
        } else {
            body.run(memory, scratch, bases, first, count, last, task, 0);
        }
    }
}
