package dev.gatun.graph.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.TestPrograms;
import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.autodiff.GradientException;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.BatchNorm;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.GroupNorm;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TraceErrorsTest {
    private static final TensorType MATRIX = TensorType.of(DType.F32, 4, 2);

    private static Graph with(TensorType a, TensorType b, Function<Tensor, Function<Tensor, Tensor>> body) {
        return Tracer.trace("test", t -> t.output("y", body.apply(t.data("a", a)).apply(t.data("b", b))));
    }

    @Test
    void aWrongShapeIsNamedWithOpRuleShapesAndLine() {
        assertThatThrownBy(() -> with(MATRIX, TensorType.of(DType.F32, 3, 4), a -> a::matmul))
                .isInstanceOf(TypeException.class)
                .hasMessageMatching("MatMul: inner dimensions differ: f32\\[4,2] x f32\\[3,4] \\(TraceErrorsTest.java:\\d+\\)");
    }

    @Test
    void aWrongElementTypeIsNamed() {
        assertThatThrownBy(() -> with(MATRIX, TensorType.of(DType.I32, 4, 2), a -> a::add))
                .hasMessageMatching("Add: element types differ: f32\\[4,2] x i32\\[4,2] \\(TraceErrorsTest.java:\\d+\\)");
        assertThatThrownBy(() -> with(TensorType.of(DType.I32, 2), MATRIX, a -> b -> a.exp()))
                .hasMessageContaining("Exp: needs a floating-point operand: i32[2]");
    }

    @Test
    void shapesThatDoNotBroadcastAreNamed() {
        assertThatThrownBy(() -> with(MATRIX, TensorType.of(DType.F32, 3), a -> a::mul))
                .hasMessageContaining("Mul: shapes differ: f32[4,2] x f32[3]");
    }

    @Test
    void compositesNameTheirOwnRules() {
        assertThatThrownBy(() -> with(MATRIX, TensorType.of(DType.F32, 3), a -> b -> LayerNorm.of(a, b, b, 1e-5)))
                .hasMessageContaining("LayerNorm: the weight must have shape [2]: f32[4,2] x f32[3] x f32[3]");
    }

    @Test
    void convolutionsNameWhatDoesNotFit() {
        TensorType images = TensorType.of(DType.F32, 2, 4, 5, 6);
        assertThatThrownBy(() -> with(images, TensorType.of(DType.F32, 7, 3, 6, 8), a -> b -> a.apply(Conv2d.of(1, 1), b)))
                .hasMessageMatching("Conv2d: the kernel spans 7 rows, the padded input has 6: "
                        + "f32\\[2,4,5,6] x f32\\[7,3,6,8] \\(TraceErrorsTest.java:\\d+\\)");
        assertThatThrownBy(() -> with(images, TensorType.of(DType.F32, 1, 3, 6, 8), a -> b -> a.apply(Conv2d.of(1, 0, 3, 1), b)))
                .hasMessageContaining("Conv2d: the kernel spans 7 columns, the padded input has 5");
        assertThatThrownBy(() -> with(images, TensorType.of(DType.F32, 3, 3, 1, 8), a -> b -> a.apply(Conv2d.of(1, 0, 1, 4), b)))
                .hasMessageContaining("6 input channels are not divisible by 4 groups");
        assertThatThrownBy(() -> with(images, TensorType.of(DType.F32, 3, 3, 3, 7), a -> b -> a.apply(Conv2d.of(1, 0, 1, 2), b)))
                .hasMessageContaining("7 output channels are not divisible by 2 groups");
        assertThatThrownBy(() -> with(images, TensorType.of(DType.F32, 3, 3, 5, 8), a -> b -> a.apply(Conv2d.of(1, 0), b)))
                .hasMessageContaining("the weights read 5 channels, a group of the input has 6");
        assertThatThrownBy(() -> with(images, TensorType.of(DType.F32, 3, 3, 6, 8), a -> b -> a.apply(Conv2d.of(0, 0), b)))
                .hasMessageContaining("strides must be at least 1, got [0, 0]");
        assertThatThrownBy(() -> with(images, images, a -> b -> b.apply(Conv2d.of(2, 0).inputGrad(9, 9), a)))
                .hasMessageContaining("a convolution over f32[2,9,9,5] gives");
    }

    @Test
    void poolsAndNormsOfImagesNameWhatDoesNotFit() {
        TensorType images = TensorType.of(DType.F32, 2, 4, 5, 6);
        assertThatThrownBy(() -> with(images, images, a -> b -> Pool2d.max(a, 5, 1, 0)))
                .hasMessageContaining("Pool2d: the kernel spans 5 rows, the padded input has 4: f32[2,4,5,6]");
        assertThatThrownBy(() -> with(images, images, a -> b -> Pool2d.average(a, 2, 1, 2)))
                .hasMessageContaining("padding 2 must be smaller than the window of 2");
        assertThatThrownBy(() -> with(MATRIX, images, a -> b -> Pool2d.average(a, 2, 1, 0)))
                .hasMessageContaining("needs images [images, height, width, channels]");
        assertThatThrownBy(() -> with(images, TensorType.of(DType.F32, 5), a -> b -> BatchNorm.of(a, b, b, b, 1e-5).getFirst()))
                .hasMessageContaining("BatchNorm: weight, bias and shift must be f32[6]");
        assertThatThrownBy(() -> with(images, TensorType.of(DType.F32, 6), a -> b -> GroupNorm.of(a, b, b, 4, 1e-5)))
                .hasMessageContaining("GroupNorm: 6 channels are not divisible by 4 groups");
    }

    @Test
    void aParameterWithoutAPathIsNamed() {
        assertThatThrownBy(() -> Tracer.trace("test", t -> {
            Tensor used = t.state("used", MATRIX);
            Tensor idle = t.state("layers.3.idle", MATRIX);
            Grad.of(used.mul(used).sumAll(), List.of(used, idle));
        })).isInstanceOf(GradientException.class).hasMessageContaining("parameter layers.3.idle has no gradient");
    }

    @Test
    void aLossMustBeAScalar() {
        assertThatThrownBy(() -> Tracer.trace("test", t -> {
            Tensor x = t.state("x", MATRIX);
            Grad.of(x, List.of(x));
        })).hasMessageContaining("the loss must be a floating-point scalar, got f32[4,2]");
    }

    @Test
    void tensorsDoNotOutliveTheirTrace() {
        AtomicReference<Tensor> escaped = new AtomicReference<>();
        with(MATRIX, MATRIX, a -> b -> {
            escaped.set(a);
            return b;
        });
        assertThatThrownBy(() -> with(MATRIX, MATRIX, a -> b -> b.add(escaped.get())))
                .hasMessageContaining("belongs to another trace");
        assertThatThrownBy(() -> Tensor.full(DType.F32, Shape.of(2), 1)).hasMessageContaining("no trace under way");
    }

    @Test
    void gradientNodesCarryTheLineOfTheirForwardNode() {
        Graph g = TestPrograms.transformer(1, 2, 4, 8, 5);
        assertThat(g.nodes()).allSatisfy(n -> assertThat(n.source()).matches("TestPrograms.java:\\d+"));
    }
}
