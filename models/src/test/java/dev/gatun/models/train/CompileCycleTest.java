package dev.gatun.models.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.FreshJvm;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.Sgd;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application that embeds models relies on: many of them, one after another and at once. */
class CompileCycleTest {
    private static final int CYCLES = 1000;
    private static final int BATCH = 4;

    /** Two layers. */
    record Tiny(Linear hidden, Linear output) {
        static Tiny of(int width) {
            return new Tiny(Linear.of(3, width, Initializer.kaiming(3)), Linear.of(width, 2, Initializer.kaiming(width)));
        }

        Tensor loss(Tracer t) {
            Tensor x = t.data("x", TensorType.of(DType.F32, BATCH, 3));
            return CrossEntropy.mean(output.apply(hidden.apply(x).relu()), t.data("y", TensorType.of(DType.I32, BATCH)));
        }
    }

    private static float trained(Compiler compiler, int width, int steps) {
        Tiny model = Tiny.of(width);
        ParameterTree tree = ParameterTree.of(model);
        Graph graph = new TrainingGraph(new Sgd(0.5, false, 0), 1, false).train(tree, model::loss);
        float[] x = new float[BATCH * 3];
        for (int i = 0; i < x.length; i++) x[i] = (i * 7 % 5 - 2) / 2f;
        try (Executable e = compiler.compile(graph)) {
            e.states().forEach(s -> e.state(s.name()).fill((byte) 0));
            tree.initialize(5, e::state);
            for (int step = 1; step <= steps; step++) {
                e.write(TrainingGraph.TRAIN, "x", x);
                e.write(TrainingGraph.TRAIN, "y", new int[] {0, 1, 1, 0});
                e.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 0.1f);
                e.write(TrainingGraph.TRAIN, TrainingGraph.STEP, step);
                e.run(TrainingGraph.TRAIN);
            }
            return e.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
        }
    }

    /** Memory of the process, KiB; bytes of metaspace; classes; threads. */
    private record Usage(long resident, long metaspace, long classes, long threads) {
        static Usage now() throws IOException {
            System.gc();
            Path status = Path.of("/proc/self/status");
            long resident = !Files.exists(status) ? 0 : Files.readAllLines(status).stream().filter(l -> l.startsWith("VmRSS"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", ""))).findFirst().orElse(0);
            long metaspace = ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getName().startsWith("Metaspace"))
                    .mapToLong((MemoryPoolMXBean p) -> p.getUsage().getUsed()).sum();
            return new Usage(resident, metaspace, ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
                    ManagementFactory.getThreadMXBean().getThreadCount());
        }

        static Usage of(String line) {
            long[] n = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
            return new Usage(n[0], n[1], n[2], n[3]);
        }

        String line() {
            return resident + " " + metaspace + " " + classes + " " + threads;
        }
    }

    /** In a process of its own, whose heap is resident from the start: what grows there is not the heap, and not another test's. */
    @Test
    void aThousandCompilationsLeaveMemoryFlat(@TempDir Path dir) throws Exception {
        List<Usage> usages = FreshJvm.run(Cycles.class, dir, "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch").stream().map(Usage::of).toList();
        assertThat(usages).hasSize(2);
        Usage before = usages.getFirst();
        Usage after = usages.getLast();
        assertThat(after.threads - before.threads).as("threads of %s and %s, one may still be ending", before, after).isLessThan(3);
        assertThat(after.classes - before.classes).as("classes of %s and %s", before, after).isLessThan(300);
        assertThat(after.metaspace - before.metaspace).as("metaspace of %s and %s", before, after).isLessThan(3 << 20);
        assertThat(after.resident - before.resident).as("memory of %s and %s", before, after).isLessThan(48 << 10);
    }

    /** The process that compiles a thousand times and says its use of memory half-way and at the end. */
    static final class Cycles {
        private Cycles() {}

        public static void main(String[] args) throws IOException {
            for (int half = 0; half < 2; half++) {
                cycles(CYCLES / 2);
                System.out.println(Usage.now().line());
            }
        }

        /** Each compiler, with threads of its own, compiles the model four times. */
        private static void cycles(int count) {
            for (int i = 0; i < count; i += 4) {
                try (Compiler compiler = new Compiler(Backend.SIMD, 2)) {
                    for (int k = 0; k < 4; k++) assertThat(trained(compiler, 5, 1)).isPositive();
                }
            }
        }
    }

    @Test
    void twoModelsAreTrainedAtOnceAsOneAfterTheOther() throws Exception {
        float small;
        float large;
        try (Compiler one = new Compiler(Backend.SIMD, 1)) {
            small = trained(one, 6, 200);
            large = trained(one, 9, 200);
        }
        try (Compiler shared = new Compiler(Backend.SIMD, 2); Compiler own = new Compiler(Backend.SIMD, 2);
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Callable<Float>> work = List.of(() -> trained(shared, 6, 200), () -> trained(shared, 9, 200), () -> trained(own, 6, 200));
            List<Float> losses = new ArrayList<>();
            for (Future<Float> f : threads.invokeAll(work)) losses.add(f.get());
            assertThat(losses).containsExactly(small, large, small);
        }
    }
}
