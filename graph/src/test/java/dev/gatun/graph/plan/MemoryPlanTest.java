package dev.gatun.graph.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.TestPrograms;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Fuser;
import dev.gatun.graph.schedule.Schedule;
import dev.gatun.graph.schedule.StepAccess;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    private static Schedule transformer(int layers) {
        return Fuser.schedule(Pipeline.standard(op -> false, false).run(TestPrograms.transformer(layers, 2, 8, 16, 11)));
    }

    /** Replays the plan byte by byte: whoever reads a buffer must find the bytes that its writer left. */
    @Test
    void noTwoLiveValuesShareBytes() {
        ExecutionPlan plan = MemoryPlan.plan(List.of(transformer(3))).getFirst();
        Map<Long, Integer> owner = new HashMap<>();
        for (Buffer b : plan.buffers()) {
            if (b.kind() != Buffer.Kind.TEMPORARY) claim(owner, plan, b.id());
        }
        for (var step : plan.steps()) {
            for (int b : StepAccess.read(step)) {
                forEachLine(plan, b, line -> assertThat(owner.get(line)).as(plan.buffers().get(b) + " at " + line).isEqualTo(b));
            }
            for (int b : StepAccess.written(step)) {
                for (int r : StepAccess.read(step)) assertThat(r == b || !overlap(plan, r, b)).as(r + " and " + b).isTrue();
                claim(owner, plan, b);
            }
        }
        for (Buffer b : plan.buffers()) {
            if (b.kind() != Buffer.Kind.TEMPORARY) forEachLine(plan, b.id(), line -> assertThat(owner.get(line)).isEqualTo(b.id()));
        }
    }

    private static boolean overlap(ExecutionPlan plan, int a, int b) {
        long endA = plan.offset(a) + plan.buffers().get(a).bytes();
        long endB = plan.offset(b) + plan.buffers().get(b).bytes();
        return plan.offset(a) < endB && plan.offset(b) < endA;
    }

    private static void claim(Map<Long, Integer> owner, ExecutionPlan plan, int buffer) {
        forEachLine(plan, buffer, line -> owner.put(line, buffer));
    }

    /** Cache lines suffice: every buffer is aligned to one. */
    private static void forEachLine(ExecutionPlan plan, int buffer, java.util.function.LongConsumer line) {
        assertThat(plan.offset(buffer) % MemoryPlan.ALIGNMENT).isZero();
        long end = plan.offset(buffer) + plan.buffers().get(buffer).bytes();
        assertThat(end).isLessThanOrEqualTo(plan.arenaBytes());
        for (long at = plan.offset(buffer); at < end; at += MemoryPlan.ALIGNMENT) line.accept(at);
    }

    @Test
    void temporariesShareBytesOverTime() {
        Schedule s = transformer(3);
        ExecutionPlan plan = MemoryPlan.plan(List.of(s)).getFirst();
        long sum = s.buffers().stream().mapToLong(Buffer::bytes).sum();
        assertThat(plan.arenaBytes()).isLessThan(sum * 3 / 4);
    }

    @Test
    void functionsShareStateByNameAndNothingElseThatLasts() {
        TensorType type = TensorType.of(DType.F32, 100);
        Schedule a = schedule("a", type, "x");
        Schedule b = schedule("b", type, "y");
        List<ExecutionPlan> plans = MemoryPlan.plan(List.of(a, b));
        long inA = plans.get(0).offset(plans.get(0).inputs().get("w"));
        long inB = plans.get(1).offset(plans.get(1).inputs().get("w"));
        assertThat(inA).isEqualTo(inB);
        assertThat(plans.get(0).offset(plans.get(0).inputs().get("x"))).isNotEqualTo(plans.get(1).offset(plans.get(1).inputs().get("y")));
    }

    @Test
    void statesOfOneNameAgree() {
        assertThatThrownBy(() -> MemoryPlan.plan(List.of(
                        schedule("a", TensorType.of(DType.F32, 100), "x"), schedule("b", TensorType.of(DType.F32, 50), "x"))))
                .hasMessageContaining("state w of b has 50 elements of f32, another function has 100 of f32");
    }

    private static Schedule schedule(String name, TensorType type, String data) {
        return Fuser.schedule(Tracer.trace(name, t -> {
            Tensor w = t.state("w", type);
            t.output("sum", w.add(t.data(data, type)));
        }));
    }
}
