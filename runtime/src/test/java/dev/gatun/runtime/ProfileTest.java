package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.plan.StepCost;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
    private static final int N = 40;

    @TempDir
    Path dir;

    /** Two products alike but for their place, and a loop between them. */
    private static Executable compiled(Compiler c) {
        return c.compile(Tracer.trace("work", t -> {
            Tensor a = t.data("a", TensorType.of(DType.F32, N, N));
            Tensor x = a;
            for (int i = 0; i < 2; i++) x = x.matmul(a).exp().sum(List.of(0)).add(a);
            t.output("y", x);
        }));
    }

    @Test
    void stepsAlikeShareARowAndTheirCostIsCounted() {
        try (Compiler c = new Compiler(Backend.SIMD, 2); Executable e = compiled(c)) {
            e.run("work");
            assertThat(e.profile()).isEmpty();
            e.profiling(true);
            for (int i = 0; i < 3; i++) e.run("work");
            e.profiling(false);
            e.run("work");
            Profile p = Profile.of(e);
            assertThat(p.rows()).isSortedAccordingTo((x, y) -> Long.compare(y.nanos(), x.nanos()));
            Profile.Row product = p.rows().stream().filter(r -> r.kernel().contains("gemm")).findFirst().orElseThrow();
            assertThat(product.calls()).isEqualTo(6);
            assertThat(product.cost().flops()).isEqualTo(6 * 2.0 * N * N * N);
            StepCost all = e.plan("work").steps().stream().map(StepCost::of).reduce(StepCost.NONE, StepCost::plus);
            assertThat(p.rows().stream().mapToDouble(r -> r.cost().flops()).sum()).isEqualTo(3 * all.flops());
            assertThat(p.nanos()).isEqualTo(e.profile().stream().mapToLong(KernelTime::nanos).sum());
            Ceilings ceilings = new Ceilings(1, 100, 10, 10);
            Profile.Row half = new Profile.Row("f", "k", "s", 1, 200, new StepCost(100, 1000), 0);
            assertThat(half.rooflineShare(ceilings)).isEqualTo(0.5);
            assertThat(half.gflops()).isEqualTo(0.5);
            assertThat(half.gbs()).isEqualTo(5);
        }
    }

    @Test
    void whatTimesCostIsMeasuredByTurns() {
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = compiled(c)) {
            int[] steps = new int[1];
            ProfilerOverhead m = ProfilerOverhead.measure(e, () -> {
                e.run("work");
                steps[0]++;
            }, 20);
            assertThat(m.plain()).hasSameSizeAs(m.timed()).hasSizeGreaterThanOrEqualTo(6);
            assertThat(m.timedSteps()).isGreaterThanOrEqualTo(20).isLessThanOrEqualTo(steps[0] / 2);
            assertThat(e.profile()).as("those of warming up are forgotten").allMatch(t -> t.calls() == m.timedSteps());
            assertThat((double) Profile.of(e).nanos()).isBetween(0.0, m.timedNanos());
            e.run("work");
            assertThat(e.profile()).as("off again").allMatch(t -> t.calls() == m.timedSteps());
            e.forgetTimes();
            assertThat(e.profile()).isEmpty();
        }
    }

    @Test
    void whatTimesCostHasAnInterval() {
        List<Double> plain = IntStream.range(0, 100).mapToObj(i -> 1000.0 + i % 7).toList();
        List<Double> timed = IntStream.range(0, 100).mapToObj(i -> (1000.0 + i % 7) * (1.01 + (i * 37 % 100 - 49.5) * 1e-4)).toList();
        ProfilerOverhead m = new ProfilerOverhead(plain, timed, 3);
        assertThat(m.percent()[0]).isCloseTo(1, within(1e-9)); // 0.505 to 1.495 in steps of 0.01
        assertThat(m.percent()[1]).as("rank 40 of 100").isCloseTo(0.505 + 0.39, within(1e-9));
        assertThat(m.percent()[2]).as("rank 61").isCloseTo(1.495 - 0.39, within(1e-9));
        assertThat(m.timedSteps()).isEqualTo(300);
        assertThat(m).hasToString("median step 0.001 ms, 0.001 ms with times taken; they cost +1.00 %, with 95 % between +0.90 and +1.11 (100 pairs of blocks of 3 steps)");
        assertThatThrownBy(() -> new ProfilerOverhead(plain, List.of(1.0), 1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("pairs");
    }

    @Test
    void aLoopIsFollowedByTheStepsOfItsBody() {
        int time = 7;
        Graph g = Tracer.trace("work", t -> {
            Tensor w = t.state("w", TensorType.of(DType.F32, N, N));
            Scan.Turn turn = Scan.over(List.of(t.data("h", TensorType.of(DType.F32, N, N))), List.of(t.data("x", TensorType.of(DType.F32, time, N, N))),
                    false, (carries, slices) -> {
                        Tensor h = carries.getFirst().matmul(w).add(slices.getFirst()).tanh();
                        return new Scan.Turn(List.of(h), List.of());
                    });
            t.output("y", turn.carries().getFirst());
        });
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = c.compile(g)) {
            e.profiling(true);
            e.run("work");
            e.run("work");
            List<Profile.Row> rows = Profile.of(e).rows();
            int loop = IntStream.range(0, rows.size()).filter(i -> rows.get(i).kernel().contains(" of " + time)).findFirst().orElseThrow();
            assertThat(rows.get(loop).depth()).isZero();
            List<Profile.Row> body = rows.subList(loop + 1, rows.size()).stream().takeWhile(r -> r.depth() == 1).toList();
            Profile.Row product = body.stream().filter(r -> r.kernel().contains("gemm")).findFirst().orElseThrow();
            assertThat(product.calls()).isEqualTo(2 * time);
            assertThat(product.cost().flops()).isEqualTo(2 * time * 2.0 * N * N * N);
            assertThat(body.stream().mapToDouble(r -> r.cost().flops()).sum()).isEqualTo(rows.get(loop).cost().flops());
            assertThat(body.stream().mapToLong(Profile.Row::nanos).sum()).isLessThanOrEqualTo(rows.get(loop).nanos());
        }
    }

    @Test
    void aTraceHoldsEachKernelOfEachRunInOrder() throws IOException {
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = compiled(c)) {
            ChromeTrace trace = new ChromeTrace();
            List<long[]> spans = new ArrayList<>();
            e.listen((function, step, kernel, source, start, end) -> {
                trace.ran(function, step, kernel + "\"\\", source, start, end);
                spans.add(new long[] {start, end});
            });
            e.run("work");
            assertThat(spans).as("profiling is off").isEmpty();
            e.profiling(true);
            e.run("work");
            e.run("work");
            assertThat(spans).hasSize(2 * e.profile().size());
            assertThat(spans).allMatch(s -> s[0] <= s[1]);
            StringBuilder text = new StringBuilder();
            trace.write(text);
            assertThat(text.toString().lines().filter(l -> l.contains("\"ph\":\"X\""))).hasSize(spans.size());
            assertThat(text).contains("\\\"\\\\\"", "\"source\":\"ProfileTest.java:").contains("\"ts\":0.000");
        }
    }

    @Test
    void aRecordingHoldsPhasesAndOnRequestKernels() throws IOException {
        Path file = dir.resolve("run.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.gatun.Kernel");
            recording.start();
            try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = compiled(c)) {
                e.run("work");
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events).filteredOn(e -> e.getEventType().getName().equals("dev.gatun.Compile"))
                .extracting(e -> e.getString("phase")).contains("passes", "fuse", "plan", "generate", "lower");
        assertThat(events).filteredOn(e -> e.getEventType().getName().equals("dev.gatun.Kernel"))
                .hasSizeGreaterThan(3)
                .allSatisfy(e -> {
                    assertThat(e.getString("function")).isEqualTo("work");
                    assertThat(e.getString("source")).startsWith("ProfileTest.java:");
                    assertThat(e.getEventType().getCategoryNames()).startsWith("Gatun");
                });
    }
}
