package dev.gatun.simd.loop;

import java.lang.foreign.MemorySegment;

/** What a generated class implements. */
interface LoopBody {
    /**
     * Runs one task.
     *
     * @param memory the arena
     * @param scratch rows kept from one pass to the next
     * @param bases byte address in the arena of element 0 of each place
     * @param task which task
     */
    void run(MemorySegment memory, MemorySegment scratch, long[] bases, int task);
}
