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
     * @param first number of the first row; of a flat loop, of the first element
     * @param count how many rows; of a flat loop, how many elements
     * @param last elements of the last of these rows, where rows may differ
     * @param task which row of column sums to write
     * @param idle turns of an empty loop before anything else; 0 but for {@link LoopWarmUp}
     */
    void run(MemorySegment memory, MemorySegment scratch, long[] bases, long first, int count, int last, int task, int idle);
}
