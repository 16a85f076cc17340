package dev.gatun.simd.kernels;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Nothing but fused multiply-adds in f32 on registers: how many a core can do at most. Enough chains run side by side to
 * hide the latency of four cycles on two units. Each chain runs towards 2, so that no number gets slow.
 *
 * <p>{@code x.lanewise(FMA, m, a)} stands where {@code x.fma(m, a)} would do the same: within {@code fma} HotSpot goes by the
 * classes that all code of the JVM has called it on, and where those are vectors of several sizes, a value that a loop
 * carries is boxed again and again. The call itself it judges by what happened here.
 */
public final class PeakFma implements Kernel {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    /** Rounds of one call: a method has to be called often to be compiled from its start, where no vector lies in memory. */
    private static final int CALL = 64;

    private final int tasks;
    private final int rounds;

    /**
     * Cuts the work into equal tasks.
     *
     * @param tasks one for each worker
     * @param rounds iterations of each task
     * @throws IllegalArgumentException when one of them is less than 1
     */
    public PeakFma(int tasks, int rounds) {
        if (tasks < 1 || rounds < 1) throw new IllegalArgumentException("PeakFma: tasks and rounds are at least 1, not " + tasks + " and " + rounds);
        this.tasks = tasks;
        this.rounds = rounds;
    }

    /** Multiplications and additions of all tasks together. */
    public double flops() {
        return 2.0 * CHAINS * F32.length() * rounds * tasks;
    }

    @Override
    public String name() {
        return "peak fma";
    }

    @Override
    public int tasks() {
        return tasks;
    }

    @Override
    public long scratchBytes() {
        return F32.vectorByteSize();
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        for (int done = 0; done < rounds; done += CALL) chains(Math.min(CALL, rounds - done), scratch);
    }

    private static void chains(int rounds, MemorySegment given) {
        MemorySegment scratch = Segments.known(given);
        FloatVector m = FloatVector.broadcast(F32, 0.5f);
        FloatVector a = FloatVector.broadcast(F32, 1);
        FloatVector x0 = m;
        FloatVector x1 = m;
        FloatVector x2 = m;
        FloatVector x3 = m;
        FloatVector x4 = m;
        FloatVector x5 = m;
        FloatVector x6 = m;
        FloatVector x7 = m;
        FloatVector x8 = m;
        FloatVector x9 = m;
        FloatVector x10 = m;
        FloatVector x11 = m;
        for (int i = 0; i < rounds; i++) {
            x0 = x0.lanewise(VectorOperators.FMA, m, a);
            x1 = x1.lanewise(VectorOperators.FMA, m, a);
            x2 = x2.lanewise(VectorOperators.FMA, m, a);
            x3 = x3.lanewise(VectorOperators.FMA, m, a);
            x4 = x4.lanewise(VectorOperators.FMA, m, a);
            x5 = x5.lanewise(VectorOperators.FMA, m, a);
            x6 = x6.lanewise(VectorOperators.FMA, m, a);
            x7 = x7.lanewise(VectorOperators.FMA, m, a);
            x8 = x8.lanewise(VectorOperators.FMA, m, a);
            x9 = x9.lanewise(VectorOperators.FMA, m, a);
            x10 = x10.lanewise(VectorOperators.FMA, m, a);
            x11 = x11.lanewise(VectorOperators.FMA, m, a);
        }
        FloatVector sum = x0.add(x1).add(x2.add(x3)).add(x4.add(x5)).add(x6.add(x7)).add(x8.add(x9)).add(x10.add(x11));
        sum.intoMemorySegment(scratch, 0, ByteOrder.nativeOrder()); // the result has to go somewhere
    }
}
