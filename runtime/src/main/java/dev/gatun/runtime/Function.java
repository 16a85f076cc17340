package dev.gatun.runtime;

import java.util.List;

/** One compiled graph, ready to run over the executable's arena. */
interface Function {
    /** Runs all kernels, in order. */
    void run();

    /** Runs all kernels and adds their times to {@link #times}. */
    void runTimed();

    /** Times since the function was compiled. */
    List<KernelTime> times();
}
