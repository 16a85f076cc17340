package dev.gatun.simd;

import java.lang.foreign.MemorySegment;

/**
 * Work bound to its operands' addresses, cut into tasks that may run at the same time, in any order, on any worker.
 * The cut depends on sizes alone, so results do not depend on the number of threads.
 */
public interface Kernel {
    /** Short name for profiles. */
    String name();

    /** How many tasks there are; at least 1. */
    int tasks();

    /** Bytes of scratch memory that a worker running a task needs for itself; 64-byte aligned when given. */
    default long scratchBytes() {
        return 0;
    }

    /**
     * Puts operands where an iteration of a loop around the kernel has them; nothing where none was bound to move. Not
     * while a task runs. Allocates nothing on the heap after the first round.
     */
    default void move(int iteration) {}

    /**
     * Runs one task. Allocates nothing on the heap.
     *
     * @param memory the arena; operands lie at the offsets bound when the kernel was made
     * @param task 0 (inclusive) to {@link #tasks()} (exclusive)
     * @param scratch at least {@link #scratchBytes()} bytes that no other worker touches meanwhile
     */
    void run(MemorySegment memory, int task, MemorySegment scratch);
}
