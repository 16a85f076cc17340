package dev.gatun.graph.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.TestPrograms;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.AttentionGrad;
import dev.gatun.graph.ops.BatchNorm;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Fused;
import dev.gatun.graph.ops.FusedConv2d;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FuserTest {
    private static final TensorType ROWS = TensorType.of(DType.F32, 6, 5, 32);
    private static final TensorType ROW = TensorType.of(DType.F32, 32);
    private static final Predicate<Op> ATTENTION = op -> op instanceof Attention || op instanceof AttentionGrad;

    private static Schedule schedule(Consumer<Tracer> body) {
        return schedule(Tracer.trace("test", body), op -> false);
    }

    private static Schedule schedule(Graph graph, Predicate<Op> claims) {
        return Fuser.schedule(Pipeline.standard(claims, false).run(graph), Set.of(Saving.TOGETHER));
    }

    private static Loop onlyLoop(Consumer<Tracer> body) {
        List<Step> steps = schedule(body).steps();
        assertThat(steps).hasSize(1).allSatisfy(s -> assertThat(s).isInstanceOf(Loop.class));
        return (Loop) steps.getFirst();
    }

    @Test
    void layerNormIsOneLoop() {
        Loop loop = onlyLoop(t -> t.output("y", LayerNorm.of(t.data("x", ROWS), t.data("w", ROW), t.data("b", ROW), 1e-5)));
        assertThat(loop.inner()).isEqualTo(32);
        assertThat(loop.rows()).isEqualTo(30);
    }

    @Test
    void softmaxIsOneLoop() {
        Loop loop = onlyLoop(t -> t.output("y", Softmax.of(t.data("x", ROWS))));
        assertThat(loop.body()).filteredOn(i -> i instanceof Loop.RowReduce).hasSize(2);
        assertThat(loop.body()).filteredOn(i -> i instanceof Loop.Store).hasSize(1);
    }

    @Test
    void biasGeluAndResidualAreOneLoop() {
        Loop loop = onlyLoop(t -> t.output("y", Gelu.of(t.data("x", ROWS).add(t.data("b", ROW))).add(t.data("r", ROWS))));
        assertThat(loop.places()).hasSize(4);
    }

    @Test
    void theLossAndItsGradientAreOneLoopOverTheLogits() {
        TensorType labels = TensorType.of(DType.I32, 6, 5);
        Schedule s = schedule(t -> {
            Tensor x = t.state("x", ROWS);
            Tensor loss = CrossEntropy.mean(x, t.data("labels", labels));
            t.output("loss", loss);
            t.output("gradient", dev.gatun.graph.autodiff.Grad.of(loss, List.of(x)).getFirst());
        });
        assertThat(s.steps()).as("one over the logits, one that sums the rows' losses").hasSize(2);
    }

    private static Tensor block(Tracer t, Tensor x, Tensor w, String name) {
        TensorType channel = TensorType.of(DType.F32, 16);
        List<Tensor> r = BatchNorm.of(x.apply(Conv2d.of(1, 1), w), t.state(name + "w", channel), t.state(name + "b", channel),
                t.state(name + "s", channel), 1e-5);
        return r.getFirst();
    }

    @Test
    void batchNormReluAndResidualAreOnePassForStatisticsAndOneToApplyThem() {
        TensorType images = TensorType.of(DType.F32, 8, 8, 8, 16);
        TensorType weights = TensorType.of(DType.F32, 3, 3, 16, 16);
        Schedule s = schedule(t -> {
            Tensor x = t.data("x", images);
            t.output("y", block(t, x, t.state("w", weights), "n").add(x).relu());
        });
        List<Loop> large = s.steps().stream().filter(Loop.class::isInstance).map(Loop.class::cast)
                .filter(l -> l.domain().elements() >= images.elements()).toList();
        assertThat(large).as("sums of x and of its square; normalization, residual and relu").hasSize(2);
    }

    @Test
    void batchNormReluAndResidualAreTwoPassesBackward() {
        TensorType images = TensorType.of(DType.F32, 8, 8, 8, 16);
        TensorType weights = TensorType.of(DType.F32, 3, 3, 16, 16);
        Schedule s = schedule(t -> {
            Tensor x = t.data("x", images);
            Tensor w = t.state("w", weights);
            Tensor last = t.state("last", weights);
            Tensor y = block(t, x, w, "n").add(x).relu().apply(Conv2d.of(1, 1), last);
            t.output("g", dev.gatun.graph.autodiff.Grad.of(y.mul(y).sumAll(), List.of(w)).getFirst());
        });
        List<Loop> large = s.steps().stream().filter(Loop.class::isInstance).map(Loop.class::cast)
                .filter(l -> l.domain().elements() >= images.elements()).toList();
        assertThat(large).as("two forward, the loss's gradient, two backward").hasSize(5);
    }

    @Test
    void anAdamWUpdateWithItsClippingFactorIsOneLoopInPlace() {
        TensorType matrix = TensorType.of(DType.F32, 48, 32);
        TensorType scalar = TensorType.of(DType.F32);
        Schedule s = schedule(t -> {
            Tensor p = t.state("p", matrix);
            Tensor m = t.state("m", matrix);
            Tensor v = t.state("v", matrix);
            Tensor g = t.data("g", matrix).mul(t.data("clip", scalar));
            Tensor m2 = m.mul(0.9).add(g.mul(0.1));
            Tensor v2 = v.mul(0.99).add(g.mul(g).mul(0.01));
            t.update("m", m2);
            t.update("v", v2);
            t.update("p", p.mul(0.999).sub(m2.mul(t.data("rate", scalar)).div(v2.sqrt().add(1e-8))));
        });
        assertThat(s.steps()).hasSize(1);
        for (String state : List.of("p", "m", "v")) {
            assertThat(StepAccess.written(s.steps().getFirst())).contains(s.inputs().get(state));
        }
        assertThat(s.buffers()).filteredOn(b -> StepAccess.written(s.steps().getFirst()).contains(b.id()))
                .allSatisfy(b -> assertThat(b.kind()).isEqualTo(Buffer.Kind.STATE));
    }

    @Test
    void aStateReadLaterIsNotOverwrittenTooEarly() {
        TensorType matrix = TensorType.of(DType.F32, 8, 8);
        Schedule s = schedule(t -> {
            Tensor p = t.state("p", matrix);
            t.update("p", p.mul(2));
            t.output("y", p.add(1).matmul(p)); // reads the old content
        });
        int state = s.inputs().get("p");
        int lastRead = -1;
        int firstWrite = s.steps().size();
        for (int i = 0; i < s.steps().size(); i++) {
            if (StepAccess.read(s.steps().get(i)).contains(state)) lastRead = i;
            if (StepAccess.written(s.steps().get(i)).contains(state)) firstWrite = Math.min(firstWrite, i);
        }
        assertThat(firstWrite).isGreaterThanOrEqualTo(lastRead);
    }

    @Test
    void aProjectionIsSplitAndItsGradientJoinedWithoutACopy() {
        Schedule s = schedule(TestPrograms.transformer(1, 2, 8, 16, 11), ATTENTION);
        assertThat(s.steps()).noneMatch(step -> step.label().contains("copy") || step.label().contains("reshape"));
        Call attention = (Call) s.steps().stream().filter(x -> x instanceof Call c && c.op() instanceof Attention).findFirst().orElseThrow();
        assertThat(attention.operands()).extracting(Place::buffer).as("one buffer seen through three windows").containsOnly(attention.operands().getFirst().buffer());
        Call gradient = (Call) s.steps().stream().filter(x -> x instanceof Call c && c.op() instanceof AttentionGrad).findFirst().orElseThrow();
        assertThat(gradient.results()).extracting(Place::buffer).containsOnly(gradient.results().getFirst().buffer());
    }

    @Test
    void productsReadTransposedOperandsThroughStrides() {
        Schedule s = schedule(t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 5, 7));
            t.output("y", x.transpose(1, 0).matmul(t.data("z", TensorType.of(DType.F32, 9, 5)).transpose(1, 0)));
        });
        assertThat(s.steps()).hasSize(1);
        assertThat(((Call) s.steps().getFirst()).op()).isInstanceOf(MatMul.class);
    }

    @Test
    void whatFollowsAProductMovesIntoItWhereItIsClaimed() {
        Graph g = Tracer.trace("test", t -> {
            Tensor y = t.data("x", TensorType.of(DType.F32, 2, 3, 8)).matmul(t.data("w", TensorType.of(DType.F32, 8, 16)));
            t.output("y", t.data("r", TensorType.of(DType.F32, 2, 3, 16)).add(Gelu.of(y.add(t.data("b", TensorType.of(DType.F32, 16))))));
        });
        List<Step> steps = schedule(g, op -> op instanceof FusedMatMul).steps();
        assertThat(steps).hasSize(1);
        assertThat(((Call) steps.getFirst()).op())
                .isEqualTo(new FusedMatMul(new MatMul(false, false), true, FusedMatMul.Activation.GELU_TANH, true));
        assertThat(schedule(g, op -> false).steps()).as("unclaimed: a product and a loop").hasSize(2);
    }

    /** {@code relu(conv + bias)}, or with a residual before or after the rectifier, and the step that it becomes. */
    @ParameterizedTest
    @EnumSource
    void whatFollowsAConvolutionMovesIntoIt(FusedConv2d.Residual residual) {
        Graph g = Tracer.trace("test", t -> {
            Tensor y = t.data("x", TensorType.of(DType.F32, 2, 6, 6, 3)).apply(Conv2d.of(1, 1), t.state("w", TensorType.of(DType.F32, 3, 3, 3, 5)));
            y = y.add(t.state("b", TensorType.of(DType.F32, 5)));
            Tensor r = t.data("r", TensorType.of(DType.F32, 2, 6, 6, 5));
            t.output("y", switch (residual) {
                case NONE -> y.relu();
                case BEFORE -> r.add(y).relu();
                case AFTER -> y.relu().add(r);
            });
        });
        List<Step> steps = schedule(g, op -> op instanceof Fused).steps();
        assertThat(steps).hasSize(1);
        assertThat(((Call) steps.getFirst()).op())
                .isEqualTo(new FusedConv2d(Conv2d.of(1, 1), false, true, residual, Fused.Activation.RELU));
        assertThat(((Call) steps.getFirst()).operands()).hasSize(residual == FusedConv2d.Residual.NONE ? 3 : 4);
    }

    @Test
    void aBiasInAnotherShapeMovesIntoAConvolutionToo() {
        List<Step> steps = schedule(Tracer.trace("test", t -> {
            Tensor y = t.data("x", TensorType.of(DType.F32, 2, 6, 6, 3)).apply(Conv2d.of(1, 1), t.state("w", TensorType.of(DType.F32, 3, 3, 3, 5)));
            t.output("y", y.add(t.state("b", TensorType.of(DType.F32, 5)).reshape(1, 5, 1, 1).reshape(1, 1, 1, 5)));
        }), op -> op instanceof Fused).steps();
        assertThat(steps).hasSize(1);
        assertThat(((Call) steps.getFirst()).op()).isEqualTo(new FusedConv2d(Conv2d.of(1, 1), false, true, FusedConv2d.Residual.NONE, Fused.Activation.NONE));
    }

    @Test
    void oneImageIsReadAsARowWithoutACopy() {
        List<Step> steps = schedule(t -> t.output("y", t.data("x", TensorType.of(DType.F32, 1, 6, 6, 3))
                .apply(Conv2d.of(1, 1), t.state("w", TensorType.of(DType.F32, 3, 3, 3, 5))).reshape(1, 180)
                .matmul(t.state("v", TensorType.of(DType.F32, 180, 10))))).steps();
        assertThat(steps).hasSize(2).allSatisfy(s -> assertThat(s).isInstanceOf(Call.class));
        assertThat(((Call) steps.getLast()).operands().getFirst().strides()).containsExactly(180L, 1L);
    }

    @Test
    void sumsThatRepeatAnOperandAreNoResidual() {
        Schedule s = schedule(Tracer.trace("test", t -> {
            Tensor y = t.data("x", TensorType.of(DType.F32, 2, 6, 6, 3)).apply(Conv2d.of(1, 1), t.state("w", TensorType.of(DType.F32, 3, 3, 3, 5)));
            t.output("y", y.add(t.state("positions", TensorType.of(DType.F32, 6, 6, 5))));
        }), op -> op instanceof Fused);
        assertThat(s.steps()).as("a convolution and a loop, without a copy of what repeats").hasSize(2);
    }

    @Test
    void whatAGradientReadsAgainStaysOutsideTheProduct() {
        Schedule s = schedule(TestPrograms.transformer(1, 2, 8, 16, 11), op -> ATTENTION.test(op) || op instanceof FusedMatMul);
        assertThat(s.steps()).filteredOn(x -> x instanceof Call c && c.op() instanceof FusedMatMul)
                .as("the biased product is stored, its activation is computed from it")
                .allSatisfy(x -> assertThat(((FusedMatMul) ((Call) x).op()).activation()).isEqualTo(FusedMatMul.Activation.NONE))
                .isNotEmpty();
    }

    @Test
    void windowsAreReshapedByStridesWhereTheyCanBe() {
        Place part = new Place(0, DType.F32, Shape.of(2, 8, 16), 32, List.of(384L, 48L, 1L));
        assertThat(Program.reshape(part, Shape.of(2, 8, 4, 4)))
                .isEqualTo(new Place(0, DType.F32, Shape.of(2, 8, 4, 4), 32, List.of(384L, 48L, 4L, 1L)));
        assertThat(Program.reshape(part, Shape.of(16, 16)))
                .isEqualTo(new Place(0, DType.F32, Shape.of(16, 16), 32, List.of(48L, 1L)));
        assertThat(Program.reshape(part, Shape.of(2, 128))).isNull();
    }

    @Test
    void theGraphOfALargerModelSchedulesInProportion() {
        int small = schedule(TestPrograms.transformer(2, 2, 8, 16, 11), ATTENTION).steps().size();
        int large = schedule(TestPrograms.transformer(4, 2, 8, 16, 11), ATTENTION).steps().size();
        int larger = schedule(TestPrograms.transformer(6, 2, 8, 16, 11), ATTENTION).steps().size();
        assertThat(larger - large).isEqualTo(large - small);
    }
}
