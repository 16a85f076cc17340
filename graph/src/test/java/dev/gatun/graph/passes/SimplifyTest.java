package dev.gatun.graph.passes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A row for each rule, and one for each tempting rule that some operand would disprove. */
class SimplifyTest {
    /** What expressions are made of. */
    record Operands(Tensor x, Tensor y, Tensor i, Tensor p, Tensor q, Tensor b) {}

    private record Row(String name, Function<Operands, Tensor> before, Function<Operands, Tensor> after) {}

    private static Row row(String name, Function<Operands, Tensor> before, Function<Operands, Tensor> after) {
        return new Row(name, before, after);
    }

    private static Graph traced(Function<Operands, Tensor> expression) {
        Shape shape = Shape.of(4, 6);
        return Tracer.trace("test", t -> t.output("y", expression.apply(new Operands(
                t.data("x", new TensorType(DType.F32, shape)),
                t.data("y", new TensorType(DType.F32, shape)),
                t.data("i", new TensorType(DType.I32, shape)),
                t.data("p", new TensorType(DType.BOOL, shape)),
                t.data("q", new TensorType(DType.BOOL, shape)),
                t.data("b", new TensorType(DType.BF16, shape))))));
    }

    /** A graph's text with values numbered anew and without source lines. */
    private static String text(Graph g) {
        Graph numbered = Replay.run(DeadCode.remove(g), (node, operands, tracer) -> tracer.repeat(node, operands));
        return numbered.toString().lines().map(l -> l.replaceAll(" @ .*", "")).collect(Collectors.joining("\n"));
    }

    private static Tensor truth(Operands o, double value) {
        return Tensor.full(DType.BOOL, o.p.shape(), value);
    }

    private static List<Row> arithmetic() {
        return List.of(
                row("x + -0", o -> o.x.add(-0.0), Operands::x),
                row("x - 0", o -> o.x.sub(o.x.zero()), Operands::x),
                row("1 * x", o -> Tensor.full(DType.F32, o.x.shape(), 1).mul(o.x), Operands::x),
                row("x / 1", o -> o.x.div(Tensor.full(DType.F32, o.x.shape(), 1)), Operands::x),
                row("x * -1", o -> o.x.mul(-1), o -> o.x.neg()),
                row("3 * x", o -> Tensor.full(DType.F32, o.x.shape(), 3).mul(o.x), o -> o.x.mul(Tensor.full(DType.F32, o.x.shape(), 3))),
                row("x / 4", o -> o.x.div(Tensor.full(DType.F32, o.x.shape(), 4)), o -> o.x.mul(0.25)),
                row("x + -y", o -> o.x.add(o.y.neg()), o -> o.x.sub(o.y)),
                row("x - -y", o -> o.x.sub(o.y.neg()), o -> o.x.add(o.y)),
                row("-x + y", o -> o.x.neg().add(o.y), o -> o.y.sub(o.x)),
                row("-(-x)", o -> o.x.neg().neg(), Operands::x),
                row("-x * -y", o -> o.x.neg().mul(o.y.neg()), o -> o.x.mul(o.y)),
                row("-x / -y", o -> o.x.neg().div(o.y.neg()), o -> o.x.div(o.y)),
                row("-x * 3", o -> o.x.neg().mul(3), o -> o.x.mul(-3)),
                row("-(x * 3)", o -> o.x.mul(3).neg(), o -> o.x.mul(-3)),
                row("|-x|", o -> o.x.neg().abs(), o -> o.x.abs()),
                row("||x||", o -> o.x.abs().abs(), o -> o.x.abs()),
                row("max(x, x)", o -> o.x.max(o.x), Operands::x),
                row("min(x, x)", o -> o.x.min(o.x), Operands::x),
                row("max(max(x, 1), 3)", o -> o.x.max(Tensor.full(DType.F32, o.x.shape(), 1)).max(Tensor.full(DType.F32, o.x.shape(), 3)),
                        o -> o.x.max(Tensor.full(DType.F32, o.x.shape(), 3))),
                row("min(min(x, 1), 3)", o -> o.x.min(Tensor.full(DType.F32, o.x.shape(), 1)).min(Tensor.full(DType.F32, o.x.shape(), 3)),
                        o -> o.x.min(Tensor.full(DType.F32, o.x.shape(), 1))),
                row("i + 0", o -> o.i.add(0), Operands::i),
                row("0 + i", o -> o.i.zero().add(o.i), Operands::i),
                row("i - i", o -> o.i.sub(o.i), o -> o.i.zero()),
                row("i * 0", o -> o.i.mul(0), o -> o.i.zero()),
                row("i + 3 + 4", o -> o.i.add(3).add(4), o -> o.i.add(7)),
                row("i + max + 1", o -> o.i.add(Integer.MAX_VALUE).add(1), o -> o.i.add(Integer.MIN_VALUE)));
    }

    private static List<Row> choices() {
        return List.of(
                row("x < x", o -> o.x.less(o.x), o -> truth(o, 0)),
                row("i == i", o -> o.i.equal(o.i), o -> truth(o, 1)),
                row("p and p", o -> o.p.and(o.p), Operands::p),
                row("p or p", o -> o.p.or(o.p), Operands::p),
                row("p and true", o -> o.p.and(truth(o, 1)), Operands::p),
                row("false or p", o -> truth(o, 0).or(o.p), Operands::p),
                row("p and false", o -> o.p.and(truth(o, 0)), o -> truth(o, 0)),
                row("true or p", o -> truth(o, 1).or(o.p), o -> truth(o, 1)),
                row("not not p", o -> o.p.not().not(), Operands::p),
                row("select(true, x, y)", o -> Tensor.select(truth(o, 1), o.x, o.y), Operands::x),
                row("select(false, x, y)", o -> Tensor.select(truth(o, 0), o.x, o.y), Operands::y),
                row("select(p, x, x)", o -> Tensor.select(o.p, o.x, o.x), Operands::x),
                row("select(not p, x, y)", o -> Tensor.select(o.p.not(), o.x, o.y), o -> Tensor.select(o.p, o.y, o.x)),
                row("cast to its own type", o -> o.x.apply(new Cast(DType.F32)), Operands::x),
                row("bf16 to f32 to bf16", o -> o.b.cast(DType.F32).cast(DType.BF16), Operands::b),
                row("bool to i32 to f32", o -> o.p.cast(DType.I32).cast(DType.F32), o -> o.p.cast(DType.F32)));
    }

    private static List<Row> views() {
        return List.of(
                row("reshape twice", o -> o.x.reshape(24).reshape(2, 12), o -> o.x.reshape(2, 12)),
                row("reshape to and fro", o -> o.x.reshape(24).reshape(4, 6), Operands::x),
                row("transpose twice", o -> o.x.transpose(1, 0).transpose(1, 0), Operands::x),
                row("transposes", o -> o.x.reshape(2, 3, 4).transpose(1, 2, 0).transpose(1, 2, 0), o -> o.x.reshape(2, 3, 4).transpose(2, 0, 1)),
                row("transpose nothing", o -> o.x.transpose(0, 1), Operands::x),
                row("broadcast twice", o -> o.x.reshape(24, 1).broadcast(Shape.of(24, 2)).broadcast(Shape.of(3, 24, 2)),
                        o -> o.x.reshape(24, 1).broadcast(Shape.of(3, 24, 2))),
                row("slice twice", o -> o.x.slice(1, 1, 5).slice(1, 1, 3), o -> o.x.slice(1, 2, 4)),
                row("slice all", o -> o.x.slice(1, 0, 6), Operands::x),
                row("slice of a part", o -> Tensor.concat(1, List.of(o.x, o.y)).slice(1, 7, 9), o -> o.y.slice(1, 1, 3)),
                row("slice a part", o -> Tensor.concat(1, List.of(o.x, o.y)).slice(1, 6, 12), Operands::y),
                row("split of parts", o -> Tensor.concat(1, List.of(o.x, o.y)).split(1, 2).get(1), Operands::y),
                row("parts of a split", o -> Tensor.concat(1, o.x.split(1, 3)), Operands::x),
                row("one part", o -> Tensor.concat(1, List.of(o.x)), Operands::x),
                row("pad by nothing", o -> o.x.apply(new Pad(0, 0, 0)), Operands::x),
                row("pad twice", o -> o.x.apply(new Pad(0, 1, 2)).apply(new Pad(0, 3, 4)), o -> o.x.apply(new Pad(0, 4, 6))),
                row("sum over size 1", o -> o.x.reshape(4, 6, 1).sumLast(), o -> o.x.reshape(4, 6, 1)));
    }

    private static List<Row> kept() {
        Function<Operands, Tensor> same = null;
        return List.of(
                row("x * 0 is NaN for infinity", o -> o.x.mul(0), same),
                row("x - x is NaN for infinity", o -> o.x.sub(o.x), same),
                row("x == x is false for NaN", o -> o.x.equal(o.x), same),
                row("x + 0 loses the sign of -0", o -> o.x.add(0), same),
                row("exp(log x) rounds", o -> o.x.log().exp(), same),
                row("sqrt(x)^2 rounds", o -> o.x.sqrt().mul(o.x.sqrt()), same),
                row("x / 3 is not x * (1/3)", o -> o.x.div(Tensor.full(DType.F32, o.x.shape(), 3)), same),
                row("x + c + d is not x + (c + d)", o -> o.x.add(1e8).add(-1e8), same),
                row("f32 to bf16 to f32 rounds", o -> o.x.cast(DType.BF16).cast(DType.F32), same),
                row("i32 to f32 to i32 rounds", o -> o.i.cast(DType.F32).cast(DType.I32), same),
                row("max(max(x, NaN), 1)", o -> o.x.max(Tensor.full(DType.F32, o.x.shape(), Double.NaN)).max(Tensor.full(DType.F32, o.x.shape(), 1)), same),
                row("slices over two parts", o -> Tensor.concat(1, List.of(o.x, o.y)).slice(1, 5, 7), same),
                row("parts of a split in another order", o -> Tensor.concat(1, o.x.split(1, 2).reversed()), same),
                row("a maximum of NaN is unspecified", o -> o.x.reshape(24, 1).broadcast(Shape.of(24, 5)).apply(
                        new Reduce(Reduce.Kind.MAX, List.of(1))), same));
    }

    @TestFactory
    Stream<DynamicTest> rules() {
        return Stream.of(arithmetic(), choices(), views()).flatMap(List::stream).map(r -> DynamicTest.dynamicTest(r.name, () ->
                assertThat(text(Simplify.run(traced(r.before)))).isEqualTo(text(traced(r.after)))));
    }

    @TestFactory
    Stream<DynamicTest> whatSomeOperandWouldDisprove() {
        return kept().stream().map(r -> DynamicTest.dynamicTest(r.name, () ->
                assertThat(text(Simplify.run(traced(r.before)))).isEqualTo(text(traced(r.before)))));
    }
}
