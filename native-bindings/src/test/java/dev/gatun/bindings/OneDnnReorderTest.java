package dev.gatun.bindings;

import static dev.gatun.bindings.OneDnnTensor.rowMajor;
import static dev.gatun.bindings.OneDnnType.BF16;
import static dev.gatun.bindings.OneDnnType.F32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OneDnnReorderTest {
    private static OneDnn oneDnn;

    @BeforeAll
    static void open() {
        oneDnn = Tensors.open(2);
    }

    @AfterAll
    static void close() {
        oneDnn.close();
    }

    @Test
    void transposes() {
        copies(rowMajor(F32, 17, 33), rowMajor(F32, 33, 17).transposed());
    }

    @Test
    void changesChannelOrder() {
        copies(rowMajor(F32, 2, 15, 5, 7), OneDnnTensor.channelsLast(F32, 2, 15, 5, 7));
        copies(OneDnnTensor.channelsLast(BF16, 2, 15, 5, 7), rowMajor(BF16, 2, 15, 5, 7));
    }

    @Test
    void leavesGapsBetweenRowsAlone() {
        OneDnnTensor wide = rowMajor(F32, 5, 3).strided(8, 1);
        try (OneDnnReorder reorder = oneDnn.reorder(rowMajor(F32, 5, 3), wide); Arena arena = Arena.ofConfined()) {
            assertThat(reorder.fromBytes()).isEqualTo(60);
            assertThat(reorder.toBytes()).isEqualTo((4 * 8 + 3) * 4);
            MemorySegment to = arena.allocate(wide.bytes(), 64);
            to.fill((byte) 1);
            reorder.execute(Tensors.random(arena, rowMajor(F32, 5, 3), 1), to);
            assertThat(to.get(ValueLayout.JAVA_INT, 3 * 4)).isEqualTo(0x01010101);
        }
    }

    /** Rounds to nearest, ties to even, as the test's own conversion does. */
    @Test
    void rounds() {
        OneDnnTensor from = rowMajor(F32, 1023);
        OneDnnTensor to = rowMajor(BF16, 1023);
        try (OneDnnReorder reorder = oneDnn.reorder(from, to); Arena arena = Arena.ofConfined()) {
            MemorySegment x = Tensors.random(arena, from, 1);
            MemorySegment y = Tensors.zeros(arena, to);
            MemorySegment expected = Tensors.zeros(arena, to);
            for (long i = 0; i < 1023; i++) {
                Tensors.set(expected, to, Tensors.get(x, from, i), i);
            }
            reorder.execute(x, y);
            assertThat(y.mismatch(expected)).isEqualTo(-1);
        }
    }

    @Test
    void differentDimsAreRefusedByName() {
        assertThatThrownBy(() -> oneDnn.reorder(rowMajor(F32, 2, 3), rowMajor(F32, 3, 2)))
                .isInstanceOf(OneDnnException.class)
                .hasMessage("reorder f32[2,3] -> f32[3,2]: invalid arguments (dnnl status 2)");
    }

    @Test
    void smallTargetsAreNamed() {
        OneDnnTensor tensor = rowMajor(F32, 4, 4);
        try (OneDnnReorder reorder = oneDnn.reorder(tensor, tensor.transposed()); Arena arena = Arena.ofConfined()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reorder.execute(arena.allocate(64, 64), arena.allocate(60, 64)))
                    .withMessage("reorder f32[4,4] -> f32[4,4]/[1,4]: target has 60 bytes, needed are 64");
        }
    }

    private static void copies(OneDnnTensor from, OneDnnTensor to) {
        try (OneDnnReorder reorder = oneDnn.reorder(from, to); Arena arena = Arena.ofConfined()) {
            MemorySegment x = Tensors.random(arena, from, 1);
            MemorySegment y = Tensors.zeros(arena, to);
            reorder.execute(x, y);
            long[] at = new long[from.dims().size()];
            do {
                assertThat(Tensors.get(y, to, at)).isEqualTo(Tensors.get(x, from, at));
            } while (Tensors.next(at, from));
        }
    }
}
