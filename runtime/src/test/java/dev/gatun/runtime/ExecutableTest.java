package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExecutableTest {
    private static final TensorType VECTOR = TensorType.of(DType.F32, 5);

    /** A counter: each run adds x to the state and gives back the sum. */
    private static Graph counter() {
        return Tracer.trace("count", t -> {
            Tensor total = t.state("total", VECTOR);
            Tensor next = total.add(t.data("x", VECTOR));
            t.update("total", next);
            t.output("sum", next.sumAll());
        });
    }

    private static Graph lookup() {
        return Tracer.trace("lookup", t -> {
            Tensor rows = t.state("total", VECTOR).gather(t.data("ids", TensorType.of(DType.I32, 3)));
            t.output("rows", rows);
        });
    }

    @ParameterizedTest
    @EnumSource(value = Backend.class, names = {"SIMD", "REFERENCE"})
    void stateLivesFromRunToRunAndIsSharedByFunctions(Backend backend) {
        try (Compiler c = new Compiler(backend, 2); Executable e = c.compile(counter(), lookup())) {
            e.write("count", "x", new float[] {1, 2, 3, 4, 5});
            e.run("count");
            e.run("count");
            assertThat(e.scalar("count", "sum")).isEqualTo(30);
            e.write("lookup", "ids", new int[] {4, 0, 4});
            e.run("lookup");
            float[] rows = new float[3];
            e.read("lookup", "rows", rows);
            assertThat(rows).containsExactly(10, 2, 10);
            e.state("total").setAtIndex(ValueLayout.JAVA_FLOAT, 0, -1);
            e.run("lookup");
            e.read("lookup", "rows", rows);
            assertThat(rows).containsExactly(10, -1, 10);
        }
    }

    /** Rows of a table are chosen in any order, so the table is whole before the first is. */
    @ParameterizedTest
    @EnumSource(value = Backend.class, names = {"SIMD", "REFERENCE"})
    void rowsOfAComputedTableAreChosenBackward(Backend backend) {
        Graph backward = Tracer.trace("backward", t -> {
            Tensor table = t.data("x", TensorType.of(DType.F32, 2, 5)).transpose(1, 0); // (5,2)
            t.output("rows", table.gather(t.data("ids", TensorType.of(DType.I32, 5))));
        });
        try (Compiler c = new Compiler(backend, 1); Executable e = c.compile(backward)) {
            e.write("backward", "x", new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
            e.write("backward", "ids", new int[] {4, 3, 2, 1, 0});
            e.run("backward");
            float[] rows = new float[10];
            e.read("backward", "rows", rows);
            assertThat(rows).containsExactly(5, 10, 4, 9, 3, 8, 2, 7, 1, 6);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Backend.class, names = {"SIMD", "REFERENCE"})
    void integerResultsAreRead(Backend backend) {
        Graph twice = Tracer.trace("twice", t -> {
            Tensor x = t.data("x", TensorType.of(DType.I32, 3));
            t.output("y", x.add(x));
        });
        try (Compiler c = new Compiler(backend, 1); Executable e = c.compile(twice)) {
            e.write("twice", "x", new int[] {1, -2, 1 << 29});
            e.run("twice");
            int[] y = new int[3];
            e.read("twice", "y", y);
            assertThat(y).containsExactly(2, -4, 1 << 30);
            assertThatThrownBy(() -> e.read("twice", "y", new float[3])).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatDoesNotFitIsRefusedByName() {
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = c.compile(counter(), lookup())) {
            assertThatThrownBy(() -> e.write("count", "x", new float[4]))
                    .hasMessage("count: x has 5 elements of f32, got 4 of f32");
            assertThatThrownBy(() -> e.write("count", "x", new int[5])).hasMessageContaining("got 5 of i32");
            assertThatThrownBy(() -> e.write("count", "y", new float[5])).hasMessageContaining("no data input y; there are x");
            assertThatThrownBy(() -> e.write("count", "total", new float[5])).hasMessageContaining("no data input total");
            assertThatThrownBy(() -> e.run("train")).hasMessageContaining("no function train; there are count, lookup");
            assertThatThrownBy(() -> e.scalar("count", "loss")).hasMessageContaining("no result loss; there are sum");
            assertThatThrownBy(() -> e.state("x")).hasMessageContaining("no state x; there are total");
        }
    }

    @Test
    void anIdOutsideItsTableIsRefusedWhenItIsWritten() {
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = c.compile(lookup())) {
            assertThatThrownBy(() -> e.write("lookup", "ids", new int[] {0, 5, 1}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("lookup: input ids[1] is 5, must lie in 0..4");
            assertThatThrownBy(() -> e.write("lookup", "ids", new int[] {0, 1, -1})).hasMessageContaining("is -1");
        }
    }

    @Test
    void useAfterCloseIsAClearError() {
        try (Compiler c = new Compiler(Backend.SIMD, 1)) {
            Executable e = c.compile(counter());
            e.close();
            e.close();
            assertThatThrownBy(() -> e.run("count")).isInstanceOf(IllegalStateException.class).hasMessage("the executable is closed");
            assertThatThrownBy(() -> e.write("count", "x", new float[5])).hasMessage("the executable is closed");
        }
    }

    @Test
    void useByTwoThreadsAtOnceIsAClearError() throws InterruptedException {
        Graph slow = Tracer.trace("slow", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 200, 200));
            for (int i = 0; i < 3; i++) x = x.matmul(x);
            t.output("y", x);
        });
        try (Compiler c = new Compiler(Backend.REFERENCE, 1); Executable e = c.compile(slow)) {
            CountDownLatch started = new CountDownLatch(1);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread runner = new Thread(() -> {
                started.countDown();
                try {
                    e.run("slow");
                } catch (IllegalStateException thrown) { // the other thread was in it first
                    failure.set(thrown);
                }
            });
            runner.start();
            started.await();
            while (runner.isAlive() && failure.get() == null) {
                try {
                    e.arenaBytes();
                    e.states();
                    e.write("slow", "x", new float[200 * 200]);
                } catch (IllegalStateException thrown) {
                    failure.set(thrown);
                }
            }
            runner.join();
            assertThat(failure.get()).isNotNull().hasMessageContaining("is in use by thread");
        }
    }

    @Test
    void threadsDoNotChangeABit() {
        float[] first = null;
        for (int threads : new int[] {1, 2, 3}) {
            Graph g = Tracer.trace("sum", t -> {
                Tensor x = t.data("x", TensorType.of(DType.F32, 300, 700));
                t.output("y", x.matmulTransposed(x).exp().sum(java.util.List.of(0)).reshape(300));
                t.output("z", x.mul(x).sumAll().reshape(1));
            });
            try (Compiler c = new Compiler(Backend.SIMD, threads); Executable e = c.compile(g)) {
                float[] x = new float[300 * 700];
                for (int i = 0; i < x.length; i++) x[i] = (float) Math.sin(i) / 20;
                e.write("sum", "x", x);
                e.run("sum");
                float[] y = new float[301];
                float[] z = new float[1];
                float[] sums = new float[300];
                e.read("sum", "y", sums);
                e.read("sum", "z", z);
                System.arraycopy(sums, 0, y, 0, 300);
                y[300] = z[0];
                if (first == null) first = y;
                assertThat(y).containsExactly(first);
            }
        }
    }

    @Test
    void namedBackendsThatAreMissingSayWhy() {
        assertThatThrownBy(() -> new Compiler(Backend.SIMD, Precision.BF16, 1))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("precision bf16 needs oneDNN");
        assertThatThrownBy(() -> new Compiler(Backend.SIMD, -1)).hasMessageContaining("threads must not be negative");
    }

    @Test
    void theBannerNamesBackendPrecisionAndThreads() {
        try (Compiler c = new Compiler(Backend.SIMD, 2)) {
            assertThat(c.banner()).contains("simd").contains("f32").contains("2 threads");
        }
    }

    @Test
    void twoStatesWithTheSameNewContentBothGetIt() {
        Graph g = Tracer.trace("twice", t -> {
            Tensor sum = t.state("a", VECTOR).add(t.state("b", VECTOR)).add(t.data("x", VECTOR));
            t.update("a", sum);
            t.update("b", sum);
        });
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = c.compile(g)) {
            e.write("twice", "x", new float[] {1, 2, 3, 4, 5});
            e.run("twice");
            e.run("twice");
            assertThat(e.state("a").toArray(ValueLayout.JAVA_FLOAT)).containsExactly(3, 6, 9, 12, 15);
            assertThat(e.state("b").toArray(ValueLayout.JAVA_FLOAT)).containsExactly(3, 6, 9, 12, 15);
        }
    }

    @Test
    void aCompilationTellsItsPhases() {
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = c.compile(counter(), lookup())) {
            assertThat(e.phases()).extracting(p -> p.function() + " " + p.name())
                    .contains("count dead-code", "lookup dead-code", "all fuse")
                    .endsWith("all plan", "all generate", "all lower");
            assertThat(e.phases()).allSatisfy(p -> assertThat(p.nanos()).isPositive());
            Compiler.Planned planned = c.plan(counter(), lookup());
            assertThat(planned.plans()).containsExactly(e.plan("count"), e.plan("lookup"));
            assertThat(planned.phases()).extracting(CompilePhase::name).doesNotContain("generate", "lower");
        }
    }
}
