package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Ways to run a kernel's tasks: all must lead to the same bits. */
public enum Tasks {
    IN_ORDER,
    SHUFFLED,
    TWO_WORKERS;

    /** Runs the kernels one after another; scratch starts out as NaN, so that nothing may rely on it. */
    public void run(List<? extends Kernel> kernels, MemorySegment memory) {
        try (Arena arena = Arena.ofShared()) {
            for (Kernel kernel : kernels) {
                List<Integer> tasks =
                        new ArrayList<>(IntStream.range(0, kernel.tasks()).boxed().toList());
                if (this == SHUFFLED) {
                    Collections.shuffle(tasks, new Random(7));
                }
                int workers = this == TWO_WORKERS ? 2 : 1;
                IntStream.range(0, workers).parallel().forEach(worker -> {
                    MemorySegment scratch = arena.allocate(Math.max(64, kernel.scratchBytes()), 64);
                    scratch.fill((byte) 0xFF);
                    MemorySegment given = scratch.asSlice(0, kernel.scratchBytes());
                    for (int i = worker; i < tasks.size(); i += workers) {
                        kernel.run(memory, tasks.get(i), given);
                    }
                });
            }
        }
    }
}
