package dev.gatun.graph.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.plan.MemoryPlan;
import dev.gatun.graph.plan.PlanReader;
import dev.gatun.graph.plan.PlanText;
import dev.gatun.graph.plan.PlanWriter;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SmallLoopsTest {
    /** As many updates as sizes, each by a rate of its own that all wait for. */
    private static Schedule updates(int... sizes) {
        Graph g = Tracer.trace("updates", t -> {
            Tensor rate = t.data("rate", TensorType.of(DType.F32));
            for (int i = 0; i < sizes.length; i++) {
                Tensor w = t.state("w" + i, TensorType.of(DType.F32, sizes[i]));
                t.update("w" + i, w.sub(t.data("g" + i, TensorType.of(DType.F32, sizes[i])).mul(rate)));
            }
        });
        return Fuser.schedule(Pipeline.standard(op -> false, false).run(g));
    }

    @Test
    void smallUpdatesAreOneStep() {
        List<Step> steps = updates(64, 128, 7, 1000).steps();
        assertThat(steps).hasSize(1);
        assertThat(((Together) steps.getFirst()).loops()).hasSize(4);
    }

    @Test
    void largeOnesStayAlone() {
        assertThat(updates(64, 1 << 20, 7).steps()).hasSize(2).anySatisfy(s -> assertThat(s).isInstanceOf(Loop.class));
    }

    @Test
    void whatNeedsOneAnotherStaysInOrder() {
        Graph g = Tracer.trace("chain", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 40, 40));
            Tensor y = x.sub(x.sumLast()).transpose(1, 0).reshape(40, 40); // rows, then columns
            t.output("y", y.div(y.exp().sumLast()));
            t.output("z", t.data("z0", TensorType.of(DType.F32, 33)).exp());
        });
        Schedule s = Fuser.schedule(Pipeline.standard(op -> false, false).run(g));
        Set<Integer> done = new HashSet<>(s.inputs().values());
        for (Step step : s.steps()) {
            assertThat(done).as("what %s reads", step.label()).containsAll(StepAccess.read(step));
            done.addAll(StepAccess.written(step));
        }
        assertThat(s.steps()).anySatisfy(step -> assertThat(step).isInstanceOf(Together.class)).hasSizeGreaterThan(1);
    }

    @Test
    void theyAreLeftApartOnDemandAndReadBack() {
        Schedule s = updates(5, 6, 7);
        var plan = MemoryPlan.plan(List.of(s)).getFirst();
        assertThat(PlanReader.read(PlanWriter.write(plan))).isEqualTo(plan);
        assertThat(PlanText.step(plan.steps().getFirst())).contains("together 3 x ");
    }
}
