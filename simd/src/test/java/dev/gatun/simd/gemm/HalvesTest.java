package dev.gatun.simd.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class HalvesTest {
    private static final int STEPS = 6;

    private final MicroKernels kernels = new MicroKernels();

    /** C after one run over numbers that differ everywhere, row by row of {@code row} bytes. */
    private static float[] result(MicroShape shape, MicroKernel kernel, long row) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = numbers(arena, shape.spanOfA(STEPS) + 8);
            MemorySegment b = numbers(arena, STEPS * shape.bStep() + row);
            MemorySegment c = numbers(arena, shape.rows() * row + 8);
            kernel.run(a, 4, b, 8, c, 8, row, STEPS);
            return c.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static MemorySegment numbers(Arena arena, long bytes) {
        MemorySegment s = arena.allocate(bytes, 64);
        for (long i = 0; i < bytes / 4; i++) s.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) Math.sin(i + 1));
        return s;
    }

    @Test
    void piecesGiveTheBitsOfTheWholeTile() {
        int most = MicroKernels.tileRows();
        for (int rows : new int[] {1, 2, 3, 5, most}) {
            for (boolean accumulate : new boolean[] {false, true}) {
                for (MicroShape shape : new MicroShape[] {
                    new MicroShape(rows, 2, 44, 4, 2L * Lanes.BYTES, accumulate), // rows of A
                    new MicroShape(rows, 1, 4, 4L * most, Lanes.BYTES, accumulate), // A transposed
                    new MicroShape(rows, 2, 64, 4, 2L * Lanes.BYTES, accumulate, 3, 8), // in runs
                    new MicroShape(rows, 1, 44, 4, Lanes.BYTES, accumulate).within(STEPS, Lanes.BYTES + 12L) // in bounds
                }) {
                    long row = (long) shape.vectors() * Lanes.BYTES + 12;
                    float[] whole = result(shape, kernels.get(shape), row);
                    for (int pieces : new int[] {2, 4}) {
                        assertThat(result(shape, kernels.inPieces(shape, pieces), row)).as("%s in %d", shape, pieces).isEqualTo(whole);
                    }
                }
            }
        }
    }

    @Test
    void aRowIsNotCutAndOddRowsGoUp() {
        MicroShape shape = new MicroShape(5, 1, 44, 4, Lanes.BYTES, false);
        assertThat(kernels.inPieces(shape.ofRows(1), 4)).as("one row stays whole").isSameAs(kernels.get(shape.ofRows(1)));
        Halves halves = (Halves) kernels.inPieces(shape, 2);
        assertThat(halves.upperRows()).isEqualTo(3);
        assertThat(halves.upper()).isSameAs(kernels.get(shape.ofRows(3)));
        assertThat(halves.lower()).isSameAs(kernels.get(shape.ofRows(2)));
    }
}
