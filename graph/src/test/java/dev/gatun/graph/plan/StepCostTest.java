package dev.gatun.graph.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.AttentionGrad;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.schedule.Fuser;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class StepCostTest {
    private static final Predicate<Op> ATTENTION = op -> op instanceof Attention || op instanceof AttentionGrad;

    private static StepCost only(Consumer<Tracer> body) {
        List<Step> steps = Fuser.schedule(Pipeline.standard(ATTENTION, false).run(Tracer.trace("cost", body))).steps();
        assertThat(steps).hasSize(1);
        return StepCost.of(steps.getFirst());
    }

    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    @Test
    void anElementwiseLoopReadsAndWritesEachElementOnce() {
        StepCost c = only(t -> t.output("y", t.data("x", f32(7, 30)).add(t.data("b", f32(30))).exp()));
        assertThat(c.flops()).isEqualTo(2 * 210);
        assertThat(c.bytes()).isEqualTo(4 * (210 + 30 + 210));
    }

    @Test
    void aRaggedLastRowCountsAsItIs() {
        StepCost c = only(t -> t.output("y", t.data("x", f32(10_001)).exp()));
        assertThat(c.flops()).isEqualTo(10_001);
        assertThat(c.bytes()).isEqualTo(2 * 4 * 10_001);
    }

    @Test
    void aSoftmaxReadsMemoryOnce() {
        StepCost c = only(t -> t.output("y", Softmax.of(t.data("x", f32(64, 100)))));
        assertThat(c.bytes()).isEqualTo(2 * 4 * 6400);
        assertThat(c.flops()).isBetween(4.0 * 6400, 6.0 * 6400); // max, subtract, exp, sum, scale
    }

    @Test
    void productsAreCountedByMultiplications() {
        StepCost c = only(t -> t.output("y", t.data("a", f32(3, 5, 7)).matmul(t.data("b", f32(3, 7, 11)))));
        assertThat(c.flops()).isEqualTo(2 * 3 * 5 * 7 * 11);
        assertThat(c.bytes()).isEqualTo(4 * 3 * (35 + 77 + 55));
        assertThat(c.intensity()).isEqualTo(c.flops() / c.bytes());
    }

    @Test
    void aConvolutionAndItsGradientsDoTheSameWork() {
        Conv2d op = Conv2d.of(2, 1, 1, 2);
        double work = 2.0 * 2 * 4 * 3 * 10 * (3 * 3 * 2);
        TensorType x = f32(2, 8, 6, 4);
        TensorType w = f32(3, 3, 2, 10);
        TensorType y = f32(2, 4, 3, 10);
        assertThat(only(t -> t.output("y", t.data("x", x).apply(op, t.data("w", w)))).flops()).isEqualTo(work);
        assertThat(only(t -> t.output("x", t.data("y", y).apply(op.inputGrad(8, 6), t.data("w", w)))).flops()).isEqualTo(work);
        assertThat(only(t -> t.output("w", t.data("x", x).apply(op.weightGrad(3, 3), t.data("y", y)))).flops()).isEqualTo(work);
    }

    @Test
    void causalAttentionLooksAtHalfOfThePairs() {
        TensorType type = f32(2, 16, 3, 8);
        StepCost c = only(t -> {
            Tensor q = t.data("q", type);
            t.output("y", Attention.of(q, t.data("k", type), t.data("v", type), true));
        });
        assertThat(c.flops()).isEqualTo(2.0 * 2 * (2 * 3 * 16 * 8.5) * 8);
    }
}
