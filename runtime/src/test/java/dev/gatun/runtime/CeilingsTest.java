package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.simd.kernels.PeakFma;
import dev.gatun.simd.kernels.Stream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class CeilingsTest {
    @Test
    void aMachineIsMeasured() {
        try (Compiler compiler = new Compiler(Backend.SIMD, 2)) {
            Ceilings c = compiler.ceilings();
            assertThat(c.threads()).isEqualTo(2);
            assertThat(c.gflops()).as("GFLOP/s").isBetween(0.1, 1e5);
            assertThat(c.copyGbs()).as("copy, GB/s").isBetween(0.05, 1e4);
            assertThat(c.triadGbs()).as("triad, GB/s").isBetween(0.05, 1e4);
        }
    }

    @Test
    void theSlowerOfWorkAndMemoryCounts() {
        Ceilings c = new Ceilings(1, 100, 10, 12);
        assertThat(c.seconds(100e9, 0)).isCloseTo(1, within(1e-9));
        assertThat(c.seconds(1, 24e9)).isCloseTo(2, within(1e-9));
        assertThat(c.seconds(300e9, 24e9)).isCloseTo(3, within(1e-9));
    }

    @Test
    void theKernelsDoWhatTheyAreCountedFor() {
        try (Arena arena = Arena.ofConfined()) {
            long bytes = 1 << 20;
            MemorySegment memory = arena.allocate(Stream.memoryBytes(bytes), 64);
            Stream copy = new Stream(Stream.Kind.COPY, bytes);
            MemorySegment a = memory.asSlice(copy.offset(0), bytes);
            MemorySegment b = memory.asSlice(copy.offset(1), bytes);
            MemorySegment c = memory.asSlice(copy.offset(2), bytes);
            for (long i = 0; i < bytes / 4; i++) {
                a.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
                b.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1000 - i);
            }
            for (int t = 0; t < copy.tasks(); t++) copy.run(memory, t, memory);
            assertThat(c.mismatch(a)).isEqualTo(-1);
            Stream triad = new Stream(Stream.Kind.TRIAD, bytes);
            for (int t = 0; t < triad.tasks(); t++) triad.run(memory, t, memory);
            for (long i = 0; i < bytes / 4; i++) {
                assertThat(c.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(i + 3f * (1000 - i));
            }
            PeakFma fma = new PeakFma(2, 1000);
            MemorySegment scratch = arena.allocate(fma.scratchBytes(), 64);
            fma.run(memory, 0, scratch);
            assertThat(scratch.get(ValueLayout.JAVA_FLOAT, 0)).as("12 chains that run towards 2").isCloseTo(24f, within(1e-3f));
        }
    }
}
