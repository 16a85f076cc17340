package dev.gatun.runtime;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** One compiled graph, ready to run over the executable's arena. */
interface Function extends AutoCloseable {
    /** Runs all kernels, in order. */
    void run();

    /**
     * Runs all kernels and adds their times to {@link #times}.
     *
     * @param listener hears of each; may be {@code null}
     */
    void runTimed(KernelListener listener);

    /** Runs over another arena from now on. */
    void move(MemorySegment arena);

    /** Times since the function was compiled, or since {@link #forgetTimes}. */
    List<KernelTime> times();

    /** Counts from nothing again. */
    void forgetTimes();

    /** Frees what the kernels hold outside the arena. */
    @Override
    default void close() {}
}
