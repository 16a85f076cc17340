package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerTeamTest {
    private record Counting(AtomicIntegerArray runs, int failing) implements Kernel {
        @Override
        public String name() {
            return "counting";
        }

        @Override
        public int tasks() {
            return runs.length();
        }

        @Override
        public void run(MemorySegment memory, int task, MemorySegment scratch) {
            runs.incrementAndGet(task);
            if (task == failing) throw new IndexOutOfBoundsException("task " + task);
        }
    }

    private static MemorySegment[] scratch(int n) {
        MemorySegment[] s = new MemorySegment[n];
        java.util.Arrays.fill(s, MemorySegment.NULL);
        return s;
    }

    @Test
    void everyTaskRunsOnceHoweverManyKernelsFollowEachOther() {
        for (int threads : new int[] {1, 2, 5}) {
            try (WorkerTeam team = new WorkerTeam(threads)) {
                for (int round = 0; round < 20_000; round++) {
                    Counting k = new Counting(new AtomicIntegerArray(1 + round % 7), -1);
                    team.run(k, MemorySegment.NULL, scratch(threads));
                    for (int t = 0; t < k.tasks(); t++) assertThat(k.runs.get(t)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void aTeamThatHasParkedWakesUp() throws InterruptedException {
        try (WorkerTeam team = new WorkerTeam(3)) {
            for (int round = 0; round < 5; round++) {
                Thread.sleep(20);
                Counting k = new Counting(new AtomicIntegerArray(10), -1);
                team.run(k, MemorySegment.NULL, scratch(3));
                assertThat(k.runs.get(9)).isEqualTo(1);
            }
        }
    }

    @Test
    void aFailingTaskIsReportedAndTheTeamGoesOn() {
        try (WorkerTeam team = new WorkerTeam(2)) {
            Counting bad = new Counting(new AtomicIntegerArray(8), 5);
            assertThatThrownBy(() -> team.run(bad, MemorySegment.NULL, scratch(2)))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("task 5");
            Counting good = new Counting(new AtomicIntegerArray(8), -1);
            team.run(good, MemorySegment.NULL, scratch(2));
            assertThat(good.runs.get(7)).isEqualTo(1);
        }
    }
}
