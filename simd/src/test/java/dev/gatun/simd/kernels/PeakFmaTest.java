package dev.gatun.simd.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.simd.CompilerDirectives;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;

class PeakFmaTest {
    private static final int ROUNDS = 1_000_000;
    private static final long PATIENCE = 20_000_000_000L;

    private static volatile float result;

    /** Multiplies and adds vectors of every size, as a JVM does that has compiled and run other models. */
    private static void everySize() {
        for (VectorSpecies<Float> s : List.of(FloatVector.SPECIES_64, FloatVector.SPECIES_128, FloatVector.SPECIES_256, FloatVector.SPECIES_512)) {
            FloatVector x = FloatVector.broadcast(s, 0.5f);
            for (int i = 0; i < 20_000; i++) x = x.fma(x, x).mul(0.5f);
            result = x.lane(0);
        }
    }

    /** Of this thread, so far; asked by name, since this module does not require the bean's. */
    private static long allocatedBytes() throws JMException {
        Object[] thread = {Thread.currentThread().threadId()};
        return (long) ManagementFactory.getPlatformMBeanServer()
                .invoke(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), "getThreadAllocatedBytes", thread, new String[] {"long"});
    }

    @Test
    void staysInRegistersWhateverRanBefore() throws JMException {
        CompilerDirectives.install();
        everySize();
        PeakFma kernel = new PeakFma(1, ROUNDS);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment scratch = arena.allocate(kernel.scratchBytes(), 64);
            long allocated = Long.MAX_VALUE;
            // until HotSpot has compiled it, each multiply-add makes an object
            for (long end = System.nanoTime() + PATIENCE; allocated > ROUNDS && System.nanoTime() < end; ) {
                long before = allocatedBytes();
                kernel.run(scratch, 0, scratch);
                allocated = allocatedBytes() - before;
            }
            assertThat(allocated).as("bytes allocated in %d rounds of 12 multiply-adds", ROUNDS).isLessThanOrEqualTo(ROUNDS);
        }
    }
}
