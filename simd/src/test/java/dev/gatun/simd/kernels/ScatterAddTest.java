package dev.gatun.simd.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.simd.Tasks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScatterAddTest {
    @ParameterizedTest
    @CsvSource({"1,1,1", "0,3,2", "7,15,3", "100,16,5", "33,17,1", "200,33,40", "64,127,999", "500,65,2000"})
    void addsRowsInOrderWhateverTheTasks(int count, int width, int rows) {
        Random random = new Random(3);
        int[] indices = random.ints(count, 0, rows).toArray();
        float[] updates = new float[count * width];
        for (int i = 0; i < updates.length; i++) {
            updates[i] = random.nextFloat() - 0.5f;
        }
        float[] expected = new float[rows * width];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < width; j++) {
                expected[indices[i] * width + j] += updates[i * width + j];
            }
        }
        for (Tasks tasks : Tasks.values()) {
            assertThat(run(tasks, indices, updates, width, rows)).isEqualTo(expected);
        }
    }

    @Test
    void largeTablesHaveManyTasks() {
        assertThat(new ScatterAdd(0, 10, 64, 768, 1024, 50_257).tasks()).isBetween(16, 64);
    }

    @Test
    void refusesAnIndexOutsideTheTable() {
        assertThatThrownBy(() -> run(Tasks.IN_ORDER, new int[] {0, 5}, new float[4], 2, 5))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("index 5 at position 1").hasMessageContaining("5 rows");
        assertThatThrownBy(() -> run(Tasks.IN_ORDER, new int[] {-1}, new float[2], 2, 5))
                .isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("index -1");
    }

    @Test
    void refusesSizesAndOffsetsOutOfPlace() {
        assertThatThrownBy(() -> new ScatterAdd(0, 1, 0, 0, 0, 1)).hasMessageContaining("width 0");
        assertThatThrownBy(() -> new ScatterAdd(2, 1, 0, 1, 0, 1)).hasMessageContaining("indices");
        assertThatThrownBy(() -> new ScatterAdd(0, 1, -4, 1, 0, 1)).hasMessageContaining("updates");
    }

    private static float[] run(Tasks tasks, int[] indices, float[] updates, int width, int rows) {
        try (Arena arena = Arena.ofShared()) {
            long updatesAt = 4L * indices.length;
            long tableAt = updatesAt + 4L * updates.length;
            float[] table = new float[rows * width];
            MemorySegment memory = arena.allocate(tableAt + 4L * table.length, 64);
            memory.fill((byte) 0xFF);
            MemorySegment.copy(indices, 0, memory, ValueLayout.JAVA_INT, 0, indices.length);
            MemorySegment.copy(updates, 0, memory, ValueLayout.JAVA_FLOAT, updatesAt, updates.length);
            tasks.run(List.of(new ScatterAdd(0, indices.length, updatesAt, width, tableAt, rows)), memory);
            MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, tableAt, table, 0, table.length);
            return table;
        }
    }
}
