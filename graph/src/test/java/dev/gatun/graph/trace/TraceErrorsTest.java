package dev.gatun.graph.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.TestPrograms;
import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.autodiff.GradientException;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.LayerNorm;
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
