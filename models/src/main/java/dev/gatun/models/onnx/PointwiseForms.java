package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Abs;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.And;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Cos;
import dev.gatun.graph.ops.Div;
import dev.gatun.graph.ops.Equal;
import dev.gatun.graph.ops.Erf;
import dev.gatun.graph.ops.Exp;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.Less;
import dev.gatun.graph.ops.Log;
import dev.gatun.graph.ops.Max;
import dev.gatun.graph.ops.Min;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Neg;
import dev.gatun.graph.ops.Not;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Or;
import dev.gatun.graph.ops.Relu;
import dev.gatun.graph.ops.Rsqrt;
import dev.gatun.graph.ops.Select;
import dev.gatun.graph.ops.Sin;
import dev.gatun.graph.ops.Sqrt;
import dev.gatun.graph.ops.Sub;
import dev.gatun.graph.ops.Tanh;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.Map;

/** Element by element: operands stretch in ONNX by themselves, and images keep the layout that the model has them in. */
final class PointwiseForms {
    private PointwiseForms() {}

    static Wire write(GraphWriter w, Node n, Op op) {
        List<Wire> x = n.operands().stream().map(w::wire).toList();
        TensorType type = n.result().type();
        boolean first = type.rank() == 4 && x.stream().anyMatch(Wire::isChannelsFirst);
        List<String> names = x.stream().map(v -> v.operand(first)).toList();
        String y = emit(w, op, names);
        if (first) return Wire.channelsFirst(w, type, y);
        Shape shape = x.stream().map(Wire::shape).reduce(Shape.SCALAR, Shape::broadcast);
        return shape.equals(type.shape()) ? Wire.plain(w, type, y) : Wire.small(w, type, y, shape);
    }

    private static String emit(GraphWriter w, Op op, List<String> x) {
        return switch (op) {
            case Abs _, Add _, And _, Cos _, Div _, Equal _, Erf _, Exp _, Less _, Log _, Max _, Min _, Mul _, Neg _, Not _, Or _, Relu _, Sin _,
                    Sqrt _, Sub _, Tanh _ -> w.emit(op.name(), x, Map.of());
            case Cast c -> w.emit("Cast", x, Map.of("to", GraphWriter.number(c.to())));
            case Gelu g -> w.emit("Gelu", x, Map.of("approximate", g.tanh() ? "tanh" : "none"));
            case Rsqrt _ -> w.emit("Reciprocal", List.of(w.emit("Sqrt", x, Map.of())), Map.of());
            case Select _ -> w.emit("Where", x, Map.of());
            default -> throw new OnnxException("graph", op.name(), "has no form in ONNX");
        };
    }
}
