package dev.gatun.graph.passes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.TestPrograms;
import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.AttentionGrad;
import dev.gatun.graph.ops.BatchNorm;
import dev.gatun.graph.ops.Composite;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Fused;
import dev.gatun.graph.ops.FusedConv2d;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Neg;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.schedule.Fuser;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PassesTest {
    private static final TensorType VECTOR = TensorType.of(DType.F32, 64);

    private static List<Op> after(UnaryOperator<Graph> pass, UnaryOperator<Tensor> body) {
        Graph g = Tracer.trace("test", t -> t.output("y", body.apply(t.data("x", VECTOR))));
        return DeadCode.remove(pass.apply(g)).nodes().stream().map(Node::op).toList();
    }

    @Test
    void foldingComputesConstants() {
        List<Op> ops = after(Fold::run, x -> x.zero().add(2).exp().mul(3));
        assertThat(ops).hasSize(1);
        assertThat(((Constant) ops.getFirst()).value()).isEqualTo(3 * Math.exp(2));
    }

    @Test
    void constantsAreKnownThroughShapes() {
        List<Op> ops = after(Fold::run, x -> {
            Tensor c = Tensor.full(DType.F32, Shape.of(4, 1), 3).broadcast(Shape.of(4, 8));
            Tensor joined = Tensor.concat(0, List.of(c.transpose(1, 0), c.transpose(1, 0)));
            return joined.slice(0, 2, 10).split(0, 2).getFirst().sum(List.of(0, 1)).reshape(1).maxLast().broadcast(x.shape());
        });
        assertThat(ops).containsExactly(new Constant(VECTOR, 48));
    }

    @Test
    void aSumOfEqualNumbersIsKnownWhereNoOrderRoundsIt() {
        assertThat(after(Fold::run, x -> Tensor.full(DType.F32, x.shape(), 0.1).sumAll())).hasSizeGreaterThan(1);
        assertThat(after(Fold::run, x -> Tensor.full(DType.F32, x.shape(), 1 << 20).sumAll())).hasSizeGreaterThan(1);
        assertThat(after(Fold::run, x -> Tensor.full(DType.F32, x.shape(), 5).sumAll())).hasSize(1);
    }

    @Test
    void scalesRoundOnce() {
        assertThat(after(Scales::merge, x -> x.add(0).mul(3).mul(0.1))).containsExactly(new Constant(VECTOR, 3 * 0.1), new Mul());
        assertThat(after(Scales::merge, x -> x.mul(2).mul(0.5))).isEmpty();
        assertThat(after(Scales::merge, x -> x.zero().sub(x))).containsExactly(new Neg());
        List<Op> sum = after(Scales::merge, x -> x.broadcast(Shape.of(3, 64)).sum(List.of(0)));
        assertThat(sum).noneMatch(op -> op instanceof Reduce).anyMatch(op -> op instanceof Mul);
        assertThat(after(Scales::merge, x -> x.reshape(64, 1).broadcast(Shape.of(64, 5)).maxLast())).noneMatch(op -> op instanceof Reduce);
    }

    @Test
    void scalesKeepWhatOverflowAndUnderflowWouldShow() {
        assertThat(after(Scales::merge, x -> x.mul(1e30).mul(1e30))).hasSize(4);
        assertThat(after(Scales::merge, x -> x.mul(1e-30).mul(1e-30))).hasSize(4);
        assertThat(after(Scales::merge, x -> x.mul(0).mul(2))).hasSize(4);
        assertThat(after(Scales::merge, x -> x.broadcast(Shape.of(3, 64)).sum(List.of(1)))).hasSize(2);
    }

    @Test
    void passesAreLeftOutByName() {
        Pipeline all = Pipeline.standard(op -> false, false);
        assertThat(all.without(List.of("fold", "common")).names()).contains("simplify").doesNotContain("fold").noneMatch(n -> n.startsWith("common"));
        assertThat(Pipeline.optional()).contains("fold", "common", "merged-products").doesNotContain("expand", "common-again");
        for (String name : Pipeline.optional()) assertThat(all.without(List.of(name)).run(TestPrograms.transformer(1, 2, 4, 8, 5)).nodes()).as(name).isNotEmpty();
    }

    @Test
    void equalNodesAreComputedOnce() {
        assertThat(after(CommonSubexpressions::merge, x -> x.exp().add(x.exp()))).hasSize(2);
    }

    @Test
    void gradientsShareTheForwardPassTheyRecompute() {
        Graph traced = TestPrograms.transformer(1, 2, 4, 8, 5);
        Graph shared = Pipeline.standard(op -> false, false).run(traced);
        long tanh = shared.nodes().stream().filter(n -> n.op() instanceof dev.gatun.graph.ops.Tanh).count();
        assertThat(tanh).isEqualTo(1);
    }

    @Test
    void claimedCompositesStayWhole() {
        Graph g = Tracer.trace("test", t -> t.output("y", Gelu.of(t.data("x", VECTOR))));
        assertThat(Pipeline.standard(op -> op instanceof Gelu, false).run(g).nodes()).hasSize(1);
        assertThat(Pipeline.standard(op -> false, false).run(g).nodes()).noneMatch(n -> n.op() instanceof Composite);
    }

    private static Graph normed(boolean readTwice) {
        TensorType channels = TensorType.of(DType.F32, 5);
        return Tracer.trace("test", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 8, 9, 9, 3));
            Tensor y = x.apply(Conv2d.of(1, 1), t.state("w", TensorType.of(DType.F32, 3, 3, 3, 5)));
            Tensor normed = BatchNorm.affine(y, t.state("weight", channels), t.state("bias", channels),
                    t.state("mean", channels), t.state("variance", channels), 1e-5);
            t.output("y", readTwice ? normed.add(y) : normed.relu());
        });
    }

    @Test
    void normsByGivenStatisticsMoveIntoTheConvolution() {
        Predicate<Op> claims = op -> op instanceof FusedConv2d;
        assertThat(Epilogues.fuse(normed(false), claims).nodes()).filteredOn(n -> n.result().type().rank() == 4)
                .extracting(Node::op)
                .containsExactly(new FusedConv2d(Conv2d.of(1, 1), true, true, FusedConv2d.Residual.NONE, Fused.Activation.RELU));
        assertThat(Epilogues.fuse(normed(true), claims).nodes()).as("the convolution is read twice").noneMatch(n -> n.op() instanceof Fused);
        assertThat(Epilogues.fuse(normed(false), op -> false).nodes()).as("nobody claims it").noneMatch(n -> n.op() instanceof Fused);
    }

    @Test
    void imagesWithChannelsFirstAreTurnedAtTheBorderOnly() {
        Graph g = Tracer.trace("test", t -> {
            Tensor x = Images.channelsLast(t.data("x", TensorType.of(DType.F32, 2, 3, 8, 8)));
            for (int i = 0; i < 3; i++) {
                Tensor w = t.state("w" + i, TensorType.of(DType.F32, 3, 3, i == 0 ? 3 : 4, 4));
                x = Pool2d.max(x.apply(Conv2d.of(1, 1), w).relu(), 3, 1, 1);
            }
            t.output("y", Images.channelsFirst(x));
        });
        Graph lowered = Pipeline.standard(op -> false, false).run(g);
        assertThat(lowered.nodes()).filteredOn(n -> n.op() instanceof Transpose).hasSize(2);
        // one loop turns the images, three add up nothing but rectify, one turns the result
        assertThat(Fuser.schedule(lowered).steps()).filteredOn(s -> s instanceof Loop).hasSize(5);
    }

    @Test
    void shortRowsAreTakenTogether() {
        Graph g = Tracer.trace("test", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 64, 28, 28, 6));
            Tensor y = x.add(t.state("bias", TensorType.of(DType.F32, 6))).relu();
            t.output("y", y);
            t.output("sum", y.sum(List.of(0, 1, 2)));
        });
        Graph lowered = Pipeline.standard(op -> false, false).run(g);
        assertThat(Fuser.schedule(lowered).steps()).filteredOn(s -> s instanceof Loop l && l.domain().elements() > 1 << 16)
                .isNotEmpty()
                .allMatch(s -> ((Loop) s).inner() >= 64);
    }

    @Test
    void longReductionsAreCutBySizeAlone() {
        Graph g = Tracer.trace("test", t -> t.output("y", t.data("x", TensorType.of(DType.F32, 1 << 20)).sumAll()));
        assertThat(Reductions.split(g).nodes()).filteredOn(n -> n.op() instanceof Reduce)
                .extracting(n -> n.operands().getFirst().type().toString())
                .containsExactly("f32[128,8192]", "f32[1,128]");
    }

    @Test
    void mixedPrecisionRoundsOperandsAndKeepsParameterGradientsAndLogitsWide() {
        Graph g = Pipeline.standard(op -> op instanceof Attention || op instanceof AttentionGrad, true)
                .run(TestPrograms.transformer(1, 2, 4, 8, 5));
        List<Node> products = g.nodes().stream().filter(n -> n.op() instanceof MatMul).toList();
        assertThat(products).allSatisfy(n -> assertThat(n.operands().getFirst().type().dtype()).isEqualTo(DType.BF16));
        assertThat(products).anySatisfy(n -> assertThat(n.result().type()).isEqualTo(TensorType.of(DType.F32, 8, 5)));
        assertThat(products).anySatisfy(n -> assertThat(n.result().type().dtype()).isEqualTo(DType.BF16));
        assertThat(g.outputs()).allSatisfy(o -> assertThat(o.value().type().dtype()).isEqualTo(DType.F32));
    }

    /** Queries, keys and values of different widths, and what trains their weights and the layer before. */
    private static Graph projections(int rows) {
        return Tracer.trace("test", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, rows, 6)).mul(t.state("scale", TensorType.of(DType.F32, 6)));
            List<Tensor> weights = new ArrayList<>();
            for (int n : new int[] {8, 4, 4}) weights.add(t.state("w" + weights.size(), TensorType.of(DType.F32, 6, n)));
            Tensor q = x.matmul(weights.get(0)).exp();
            Tensor k = x.matmul(weights.get(1)).tanh();
            Tensor v = x.matmul(weights.get(2)).mul(k);
            Tensor loss = q.mean().add(v.mean());
            weights.add(t.tensor(t.inputs().get(1).value()));
            List<Tensor> gradients = Grad.of(loss, weights);
            for (int i = 0; i < gradients.size(); i++) t.output("g" + i, gradients.get(i));
        });
    }

    private static List<String> products(Graph g) {
        return g.nodes().stream().filter(n -> n.op() instanceof MatMul).map(n -> n.result().type().toString()).toList();
    }

    @Test
    void productsOfOneMatrixAreOne() {
        Pipeline all = Pipeline.standard(op -> false, false);
        assertThat(products(all.without(List.of("merged-products", "summed-products")).run(projections(1024)))).hasSize(9);
        // forward, the gradient of all weights, the gradient of what they read
        assertThat(products(all.run(projections(1024)))).containsExactlyInAnyOrder("f32[1024,16]", "f32[6,16]", "f32[1024,6]");
    }

    @Test
    void weightsAreNotCopiedForFewRows() {
        assertThat(products(Pipeline.standard(op -> false, false).run(projections(2)))).contains("f32[2,8]", "f32[2,4]");
    }

    @Test
    void productsThatNeedOneAnotherStayApart() {
        Graph g = Tracer.trace("test", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 600, 600));
            Tensor y = x.matmul(t.state("w", TensorType.of(DType.F32, 600, 600)));
            t.output("y", x.matmul(y.exp()));
        });
        assertThat(products(Pipeline.standard(op -> false, false).run(g))).hasSize(2);
    }
}
