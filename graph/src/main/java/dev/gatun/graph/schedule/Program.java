package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Composite;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.ops.RandomUniform;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.Slice;
import dev.gatun.graph.ops.Split;
import dev.gatun.graph.ops.StoreRows;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.ops.View;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph with its definitions and uses looked up once. */
final class Program {
    final Graph graph;
    private final Map<Integer, Integer> definition = new HashMap<>();
    private final Map<Integer, TensorType> types = new HashMap<>();
    private final Map<Integer, Integer> uses = new HashMap<>();
    private final Map<Integer, Input> inputs = new HashMap<>();

    Program(Graph graph) {
        this.graph = graph;
        for (Input in : graph.inputs()) {
            inputs.put(in.value().id(), in);
            types.put(in.value().id(), in.value().type());
        }
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            for (Value v : n.results()) {
                definition.put(v.id(), i);
                types.put(v.id(), v.type());
            }
            for (Value v : n.operands()) uses.merge(v.id(), 1, Integer::sum);
        }
    }

    /** Number of the defining node; -1 for an input. */
    int position(int value) {
        return definition.getOrDefault(value, -1);
    }

    /** The defining node; {@code null} for an input. */
    Node node(int value) {
        int i = position(value);
        return i < 0 ? null : graph.nodes().get(i);
    }

    Input input(int value) {
        return inputs.get(value);
    }

    TensorType type(int value) {
        return types.get(value);
    }

    /** How many node operands a value is. */
    int uses(int value) {
        return uses.getOrDefault(value, 0);
    }

    boolean isView(int value) {
        return node(value) != null && node(value).op() instanceof View;
    }

    /** Whether the value is computed by a kernel of its own rather than in a loop. */
    boolean isCallResult(int value) {
        Node n = node(value);
        return n != null && isCall(n);
    }

    static boolean isCall(Node n) {
        return switch (n.op()) {
            case MatMul m -> true;
            case Convolution c -> true;
            case Pooling p -> true;
            case ScatterAdd s -> true;
            case StoreRows s -> true;
            case RandomUniform r -> true;
            case Scan s -> true;
            case Composite c -> true;
            default -> false;
        };
    }

    /** The view that defines a value, a part of a split being given as a slice. */
    View view(int value) {
        Node n = node(value);
        if (!(n.op() instanceof Split s)) return (View) n.op();
        int part = 0;
        while (n.results().get(part).id() != value) part++;
        return new Slice(s.axis(), s.start(part), s.start(part) + s.sizes().get(part));
    }

    /** The operand of the view that defines a value. */
    int viewed(int value) {
        return node(value).operands().getFirst().id();
    }

    /** The window that a view of a place is, or {@code null} when it is no strided window (some reshapes). */
    Place view(Place p, int value) {
        Shape to = type(value).shape();
        return switch (view(value)) {
            case Reshape r -> reshape(p, to);
            case Transpose t -> new Place(p.buffer(), p.dtype(), to, p.offset(), t.order().stream().map(p.strides()::get).toList());
            case Slice s -> new Place(p.buffer(), p.dtype(), to, p.offset() + s.from() * p.strides().get(s.axis()), p.strides());
            case Broadcast b -> {
                List<Long> strides = new ArrayList<>();
                int added = to.rank() - p.shape().rank();
                for (int k = 0; k < to.rank(); k++) {
                    boolean repeats = k < added || p.shape().dim(k - added) == 1 && to.dim(k) != 1;
                    strides.add(repeats ? 0L : p.strides().get(k - added));
                }
                yield new Place(p.buffer(), p.dtype(), to, p.offset(), strides);
            }
            case Split s -> throw new IllegalStateException("a part of a split is a slice");
        };
    }

    /** The same window under another shape; {@code null} when strides cannot say it. */
    static Place reshape(Place p, Shape to) {
        Place merged = p.merged();
        try {
            IndexMap map = new IndexMap(0, to.strides())
                    .onto(merged.shape(), p.offset(), merged.strides(), to.dims());
            return new Place(p.buffer(), p.dtype(), to, map.offset(), spaced(to, map.coefficients()));
        } catch (IndexMap.NeedsCut | IndexMap.Unmappable e) {
            return null;
        }
    }

    /** A dimension of one element has any stride: a matrix of one row gets that of a dense one, which kernels take. */
    private static List<Long> spaced(Shape shape, List<Long> strides) {
        List<Long> spaced = new ArrayList<>(strides);
        for (int i = shape.rank() - 1; i >= 0; i--) {
            if (shape.dim(i) != 1) continue;
            spaced.set(i, i + 1 < shape.rank() ? spaced.get(i + 1) * shape.dim(i + 1) : 1L);
        }
        return spaced;
    }
}
