package dev.gatun.simd.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.ops.Philox;
import dev.gatun.simd.Tasks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomUniformTest {
    /** Known answers of philox4x32-10 published with Random123. */
    @Test
    void theOracleGivesThePublishedAnswers() {
        assertThat(philox(new int[4], 0, 0))
                .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(philox(new int[] {-1, -1, -1, -1}, -1, -1))
                .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(philox(new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 15, 31, 32, 33, 127, 16_384, 16_385, 50_001})
    void isPhiloxBitForBit(int count) {
        int[][] keys = {{0, 0, 0}, {0x12345678, 0x9ABCDEF0, -7}, {-1, -1, 42}};
        for (int[] key : keys) {
            float[] expected = new float[count];
            for (int i = 0; i < count; i++) {
                int[] block = philox(new int[] {i >>> 2, 0, key[2], 0}, key[0], key[1]);
                expected[i] = (block[i & 3] >>> 8) * 0x1p-24f;
            }
            for (Tasks tasks : Tasks.values()) {
                assertThat(run(tasks, key[0], key[1], key[2], count)).isEqualTo(expected);
            }
        }
    }

    @Test
    void agreesWithTheDefinitionOfTheOperation() {
        float[] x = run(Tasks.IN_ORDER, 5, -6, 7, 1000);
        for (int i = 0; i < x.length; i++) {
            assertThat(x[i]).isEqualTo(Philox.uniform(5, -6, 7, i));
        }
    }

    @Test
    void isUniform() {
        float[] x = run(Tasks.IN_ORDER, 1, 2, 3, 100_000);
        double sum = 0;
        double squares = 0;
        for (float v : x) {
            assertThat(v).isBetween(0f, Math.nextDown(1f));
            sum += v;
            squares += (double) v * v;
        }
        assertThat(sum / x.length).isBetween(0.495, 0.505);
        assertThat(squares / x.length).isBetween(0.328, 0.338);
    }

    @Test
    void refusesSizesAndOffsetsOutOfPlace() {
        assertThatThrownBy(() -> new RandomUniform(0, 0, 0, 8)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> new RandomUniform(1, 0, 4, 8)).hasMessageContaining("seed");
    }

    private static float[] run(Tasks tasks, int low, int high, int stream, int count) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(8 + 4L * count, 64);
            memory.set(ValueLayout.JAVA_INT, 0, low);
            memory.set(ValueLayout.JAVA_INT, 4, high);
            tasks.run(List.of(new RandomUniform(0, stream, count, 8)), memory);
            float[] out = new float[count];
            MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, 8, out, 0, count);
            return out;
        }
    }

    private static int[] philox(int[] counter, int key0, int key1) {
        int[] c = counter.clone();
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < 10; round++) {
            long p0 = Integer.toUnsignedLong(c[0]) * 0xD2511F53L;
            long p1 = Integer.toUnsignedLong(c[2]) * 0xCD9E8D57L;
            c = new int[] {(int) (p1 >>> 32) ^ c[1] ^ k0, (int) p1, (int) (p0 >>> 32) ^ c[3] ^ k1, (int) p0};
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return c;
    }
}
