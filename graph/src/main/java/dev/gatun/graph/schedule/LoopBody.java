package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Concat;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.View;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a step of a loop: schedules its body, and binds the body's buffers to where they lie outside. Fused loops and
 * matrix products follow operands that move; for other calls what moves is copied to and from places that stay.
 */
final class LoopBody {
    /** Elements of a task. */
    private static final int TASK = 1 << 11;

    private final Scan scan;
    private final Graph body;
    private final Map<Integer, Node> definition = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private int values;

    private LoopBody(Scan scan) {
        this.scan = scan;
        this.body = (Graph) scan.body();
        for (Input in : body.inputs()) values = Math.max(values, in.value().id() + 1);
        for (Node n : body.nodes()) {
            for (Value v : n.results()) {
                definition.put(v.id(), n);
                values = Math.max(values, v.id() + 1);
            }
        }
    }

    /** The step that a loop is. */
    static Repeat repeat(Scan scan, Node n, Storage outside) {
        Schedule s = finer(Fuser.body(new LoopBody(scan).still()));
        List<Repeat.Binding> bindings = new ArrayList<>();
        for (Buffer b : s.buffers()) bindings.add(b.kind() == Buffer.Kind.TEMPORARY ? still(outside.temporary(b)) : null);
        List<Integer> carried = outside.carried(n);
        List<String> inputs = List.copyOf(s.inputs().keySet());
        for (int i = 0; i < inputs.size(); i++) {
            int id = s.inputs().get(inputs.get(i));
            Repeat.Binding at = i < scan.carries()
                    ? carry(scan, i, carried.get(i), s.buffers().get(id).bytes(), 0)
                    : operand(scan, i, outside.window(n.operands().get(i).id()));
            bindings.set(id, at);
        }
        List<String> results = List.copyOf(s.results().keySet());
        for (int i = 0; i < results.size(); i++) {
            int id = s.results().get(results.get(i));
            long bytes = s.buffers().get(id).bytes();
            Repeat.Binding at = i < scan.carries()
                    ? carry(scan, i, carried.get(i), bytes, 1)
                    : moving(scan, outside.place(n.results().get(i).id()), bytes);
            bindings.set(id, at);
        }
        return new Repeat("loop", n.source(), scan.length(), s, bindings);
    }

    /** What is done in a step is little, and all workers wait for it: tasks are smaller than elsewhere. */
    private static Schedule finer(Schedule s) {
        List<Step> steps = s.steps().stream().map(step -> step instanceof Loop l ? finer(l) : step).toList();
        return new Schedule(s.name(), s.buffers(), steps, s.inputs(), s.results());
    }

    private static Step finer(Loop l) {
        if (l.body().stream().anyMatch(i -> i instanceof Loop.ColumnReduce)) return l; // its tasks are rows of the result
        int rows = Math.clamp(TASK / l.inner(), 1, l.rowsPerTask());
        return new Loop(l.label(), l.source(), l.domain(), l.lastInner(), rows, l.places(), l.body());
    }

    private static Repeat.Binding still(int buffer) {
        return new Repeat.Binding(buffer, 0, Motion.STILL);
    }

    /** @param after 0 for the carry that a step reads, 1 for the one that it writes */
    private static Repeat.Binding carry(Scan scan, int carry, int buffer, long bytes, int after) {
        if (!scan.kept().contains(carry)) return new Repeat.Binding(buffer, 0, new Motion(bytes, after, 2));
        long step = scan.reverse() ? -bytes : bytes;
        return new Repeat.Binding(buffer, scan.first() * bytes + after * step, Motion.by(step));
    }

    private static Repeat.Binding operand(Scan scan, int operand, Place p) {
        int size = p.dtype().bytes();
        if (operand >= scan.carries() + scan.sequences()) return new Repeat.Binding(p.buffer(), p.offset() * size, Motion.STILL);
        return moving(scan, p, p.strides().getFirst() * size);
    }

    private static Repeat.Binding moving(Scan scan, Place p, long stride) {
        long at = p.offset() * p.dtype().bytes() + (scan.reverse() ? (scan.length() - 1) * stride : 0);
        return new Repeat.Binding(p.buffer(), at, Motion.by(scan.reverse() ? -stride : stride));
    }

    /** The body with copies between what moves and calls that cannot follow it. */
    private Graph still() {
        for (Node n : body.nodes()) {
            if (!Program.isCall(n) || n.op() instanceof MatMul) {
                nodes.add(n);
                continue;
            }
            List<Value> operands = new ArrayList<>();
            for (Value v : n.operands()) operands.add(moves(v) ? copy(v, n.source()) : v);
            nodes.add(new Node(n.op(), operands, n.results(), n.source()));
        }
        List<Output> outputs = new ArrayList<>();
        for (Output out : body.outputs()) {
            Node maker = definition.get(viewed(out.value()).id());
            boolean copied = maker != null && Program.isCall(maker) && !(maker.op() instanceof MatMul);
            outputs.add(copied ? new Output(out.name(), copy(out.value(), maker.source()), out.update()) : out);
        }
        return new Graph(body.name(), body.inputs(), nodes, outputs);
    }

    private Value viewed(Value v) {
        Node n = definition.get(v.id());
        return n != null && n.op() instanceof View ? viewed(n.operands().getFirst()) : v;
    }

    /** Whether a value is a window on a carry or a slice. */
    private boolean moves(Value v) {
        int id = viewed(v).id();
        return body.inputs().stream().limit(scan.carries() + scan.sequences()).anyMatch(in -> in.value().id() == id);
    }

    /** A copy in a place of its own: a concatenation of one part. */
    private Value copy(Value v, String source) {
        TensorType line = v.type().with(Shape.of(Math.toIntExact(v.type().elements())));
        Value flat = add(new Reshape(line.shape()), v, line, source);
        Value copied = add(new Concat(0), flat, line, source);
        return add(new Reshape(v.type().shape()), copied, v.type(), source);
    }

    private Value add(Op op, Value operand, TensorType type, String source) {
        Value result = new Value(values++, type);
        Node n = new Node(op, List.of(operand), List.of(result), source);
        nodes.add(n);
        definition.put(result.id(), n);
        return result;
    }
}
