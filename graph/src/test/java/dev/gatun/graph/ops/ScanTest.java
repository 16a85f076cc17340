package dev.gatun.graph.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.GraphException;
import dev.gatun.graph.ir.GraphText;
import dev.gatun.graph.ops.Scan.Turn;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.MemoryPlan;
import dev.gatun.graph.plan.PlanText;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Fuser;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScanTest {
    private static final int TIME = 6;
    private static final int BATCH = 4;
    private static final int WIDTH = 16;

    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    private static Turn lstm(Tensor x, Tensor u) {
        Tensor zero = Tensor.full(DType.F32, Shape.of(BATCH, WIDTH), 0);
        return Scan.over(List.of(zero, zero), List.of(x), false, (c, s) -> {
            List<Tensor> z = s.getFirst().add(c.get(0).matmul(u)).split(1, 4);
            Tensor cell = z.get(1).sigmoid().mul(c.get(1)).add(z.get(0).sigmoid().mul(z.get(2).tanh()));
            Tensor h = z.get(3).sigmoid().mul(cell.tanh());
            return new Turn(List.of(h, cell), List.of(h));
        });
    }

    /** Loss and gradients of an LSTM whose input products are made outside. */
    private static Graph training() {
        return Tracer.trace("lstm", t -> {
            Tensor x = t.data("x", f32(TIME, BATCH, 8));
            Tensor w = t.state("w", f32(8, 4 * WIDTH));
            Tensor u = t.state("u", f32(WIDTH, 4 * WIDTH));
            Tensor b = t.state("b", f32(4 * WIDTH));
            Tensor h = lstm(x.matmul(w).add(b), u).outputs().getFirst();
            Tensor loss = h.mul(h).mean();
            List<Tensor> g = Grad.of(loss, List.of(w, u, b));
            t.output("loss", loss);
            t.output("w.gradient", g.get(0));
            t.output("u.gradient", g.get(1));
            t.output("b.gradient", g.get(2));
        });
    }

    private static ExecutionPlan plan(Graph graph) {
        return MemoryPlan.plan(List.of(Fuser.schedule(Pipeline.standard(op -> false, false).run(graph)))).getFirst();
    }

    @Test
    void theTextFormIsReadBack() {
        Graph graph = training();
        Graph again = GraphText.parse(graph.toString());
        assertThat(again).isEqualTo(graph);
        Graph compiled = Pipeline.standard(op -> false, true).run(graph);
        assertThat(GraphText.parse(compiled.toString())).isEqualTo(compiled);
    }

    @Test
    void eachDirectionIsOneProductAndOneFusedLoopWhateverTheLength() {
        ExecutionPlan plan = plan(training());
        List<Repeat> loops = plan.steps().stream().filter(Repeat.class::isInstance).map(Repeat.class::cast).toList();
        assertThat(loops).hasSize(2); // the gradient's copy of the forward loop is merged with it
        for (Repeat r : loops) {
            assertThat(r.count()).isEqualTo(TIME);
            assertThat(r.body().steps()).hasSize(2);
            assertThat(r.body().steps().stream().filter(Loop.class::isInstance)).hasSize(1);
        }
        assertThat(PlanText.steps(plan)).contains("repeat 6 times").contains("bytes further each time");
    }

    @Test
    void weightGradientsAreOneProductOverAllSteps() {
        ExecutionPlan plan = plan(training());
        List<Integer> inner = plan.steps().stream()
                .filter(s -> s instanceof Call c && c.op() instanceof MatMul m && m.transposeA())
                .map(s -> ((Call) s).operands().getFirst().shape().dim(0))
                .toList();
        assertThat(inner).containsExactlyInAnyOrder(TIME * BATCH, TIME * BATCH); // of w and of u
    }

    @Test
    void whatIsTheSameInEachStepIsComputedOnce() {
        Graph graph = Tracer.trace("same", t -> {
            Tensor w = t.data("w", f32(3, 3));
            Tensor x = t.data("x", f32(5, 2, 3));
            t.output("y", Scan.over(List.of(), List.of(x), false, (c, s) ->
                    new Turn(List.of(), List.of(s.getFirst().matmul(s.getFirst().zero().matmul(w).sumAll().mul(0).add(w.mul(2).exp()))))).outputs().getFirst());
        });
        Graph compiled = Pipeline.standard(op -> false, false).run(graph);
        Scan scan = (Scan) compiled.nodes().stream().filter(n -> n.op() instanceof Scan).findFirst().orElseThrow().op();
        assertThat(scan.body().ops()).doesNotHaveAnyElementsOfTypes(Exp.class);
        assertThat(compiled.nodes()).anyMatch(n -> n.op() instanceof Exp);
    }

    @Test
    void whatNobodyReadsIsNotStacked() {
        Graph graph = Tracer.trace("last", t -> {
            Tensor x = t.data("x", f32(TIME, BATCH, 4 * WIDTH));
            t.output("last", lstm(x, t.data("u", f32(WIDTH, 4 * WIDTH))).carries().getFirst());
        });
        Graph compiled = Pipeline.standard(op -> false, false).run(graph);
        Scan scan = (Scan) compiled.nodes().stream().filter(n -> n.op() instanceof Scan).findFirst().orElseThrow().op();
        assertThat(scan.outputs()).isZero();
        assertThat(scan.kept()).isEmpty();
    }

    @Test
    void anErrorNamesOpRuleAndLine() {
        assertThatThrownBy(() -> Tracer.trace("bad", t -> {
            Tensor x = t.data("x", f32(5, 3));
            Scan.over(List.of(x), List.of(x), false, (c, s) -> new Turn(List.of(s.getFirst()), List.of()));
        })).isInstanceOf(TypeException.class)
                .hasMessageContaining("Scan: a step turns carry 0 from f32[5,3] into f32[3]")
                .hasMessageContaining("(ScanTest.java:");
        assertThatThrownBy(() -> Tracer.trace("bad", t -> Scan.over(
                List.of(), List.of(t.data("x", f32(5, 3)), t.data("y", f32(4, 3))), false, (c, s) -> new Turn(List.of(), s))))
                .hasMessageContaining("operand 1 must be f32[5,3], it is f32[4,3]");
        assertThatThrownBy(() -> Tracer.trace("bad", t -> Scan.over(List.of(), List.of(), false, (c, s) -> new Turn(List.of(), s))))
                .hasMessage("Scan: needs a sequence, or a number of times");
        assertThatThrownBy(() -> Tracer.trace("bad", t -> {
            Tensor x = t.data("x", f32(5, 3));
            Scan.over(List.of(x), List.of(x), false, (c, s) -> new Turn(List.of(), List.of()));
        })).hasMessage("Scan: a step carries 1 values, it gave back 0");
    }

    @Test
    void randomNumbersInsideAreRefused() {
        assertThatThrownBy(() -> Tracer.trace("bad", t -> {
            Tensor seed = t.data("seed", TensorType.of(DType.I32, 2));
            Scan.over(List.of(), List.of(t.data("x", f32(5, 3))), false,
                    (c, s) -> new Turn(List.of(), List.of(s.getFirst().apply(new Dropout(0.5, 1), seed))));
        })).isInstanceOf(TypeException.class).hasMessageContaining("draw them outside");
    }

    @Test
    void aTensorOfABodyHasNoPlaceOutside() {
        Tensor[] leaked = new Tensor[1];
        assertThatThrownBy(() -> Tracer.trace("bad", t -> {
            Tensor x = t.data("x", f32(5, 3));
            Scan.over(List.of(), List.of(x), false, (c, s) -> {
                leaked[0] = s.getFirst();
                return new Turn(List.of(), s);
            });
            t.output("leaked", leaked[0]);
        })).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("belongs to another trace");
    }

    @Test
    void aBrokenBodyIsFoundByTheVerifier() {
        String text = training().toString();
        assertThatThrownBy(() -> GraphText.parse(text.replaceFirst("Tanh\\(%(\\d+)\\) : f32\\[4,16\\]", "Tanh(%$1) : f32[4,15]")))
                .isInstanceOf(GraphException.class);
    }
}
