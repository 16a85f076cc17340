package dev.gatun.runtime.cpu;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Kernels that do not need one another as one: the tasks of the first, then those of the second, and so on. */
final class JointKernel implements Kernel {
    private final String name;
    private final Kernel[] kernels;
    /** Number of the first task of each, and of all tasks. */
    private final int[] starts;

    JointKernel(String name, List<Kernel> kernels) {
        this.name = name;
        this.kernels = kernels.toArray(Kernel[]::new);
        starts = new int[this.kernels.length + 1];
        for (int i = 0; i < this.kernels.length; i++) starts[i + 1] = Math.addExact(starts[i], this.kernels[i].tasks());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int tasks() {
        return starts[kernels.length];
    }

    @Override
    public long scratchBytes() {
        long most = 0;
        for (Kernel k : kernels) most = Math.max(most, k.scratchBytes());
        return most;
    }

    @Override
    public void move(int iteration) {
        for (Kernel k : kernels) k.move(iteration);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int low = 0;
        int high = kernels.length - 1;
        while (low < high) { // the last that starts at the task or before
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= task) low = middle;
            else high = middle - 1;
        }
        kernels[low].run(memory, task - starts[low], scratch);
    }
}
