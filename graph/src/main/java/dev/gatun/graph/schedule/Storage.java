package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.AttentionGrad;
import dev.gatun.graph.ops.CachedAttention;
import dev.gatun.graph.ops.Concat;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.Gather;
import dev.gatun.graph.ops.Iota;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.StoreRows;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which values lie in memory and where. Inputs, results of calls and what calls read do; so do reductions.
 * Of pointwise values those that more than one reader would have to recompute from more than one operand of full
 * size; all others are recomputed where they are read, from operands that are in memory anyway.
 */
final class Storage {
    private final Program program;
    private final List<Buffer> buffers = new ArrayList<>();
    private final Map<Integer, Place> places = new HashMap<>();
    private final List<Root> roots = new ArrayList<>();
    private final Map<String, Integer> inputs = new LinkedHashMap<>();
    private final Map<String, Integer> results = new LinkedHashMap<>();
    private final Map<Integer, Set<Integer>> leaves = new HashMap<>();
    private final Set<Integer> required = new HashSet<>();
    private final Set<Integer> forced;
    private final boolean transposes;
    private final Set<Integer> stretched = new HashSet<>();
    private final Map<Node, List<Integer>> carried = new IdentityHashMap<>();

    /**
     * Decides for a program.
     *
     * @param forced values that must lie in memory because a loop could not follow a view of them
     * @param without savings to leave out
     */
    Storage(Program program, Set<Integer> forced, Set<Saving> without) {
        this.program = program;
        this.forced = new HashSet<>(forced);
        transposes = !without.contains(Saving.TRANSPOSES);
        for (Node n : program.graph.nodes()) {
            if (n.op() instanceof Transpose && without.contains(Saving.LAYOUTS)) this.forced.add(n.result().id());
        }
        for (Input in : program.graph.inputs()) {
            Buffer.Kind kind = in.role() == Input.Role.STATE ? Buffer.Kind.STATE : Buffer.Kind.DATA;
            int id = buffer(in.name(), kind, in.value().type());
            inputs.put(in.name(), id);
            places.put(in.value().id(), dense(id, in.value().type()));
        }
        stores();
        stretches();
        require();
        carries();
        outputs();
        concats();
        assign();
    }

    List<Buffer> buffers() {
        return buffers;
    }

    /** Roots in the order of the nodes that ask for them. */
    List<Root> roots() {
        return roots;
    }

    Map<String, Integer> inputs() {
        return inputs;
    }

    Map<String, Integer> results() {
        return results;
    }

    /** Where a value lies; {@code null} when it is recomputed. */
    Place place(int value) {
        return places.get(value);
    }

    /** Whether steps other than the loop that computes a value may read it from memory. */
    boolean isRequired(int value) {
        return required.contains(value);
    }

    /** The values in memory that a value is computed from; itself when it lies in memory. */
    Set<Integer> leaves(int value) {
        if (places.containsKey(value)) return Set.of(value);
        Set<Integer> known = leaves.get(value);
        if (known != null) return known;
        Set<Integer> found = operandLeaves(value);
        leaves.put(value, found);
        return found;
    }

    /** The values in memory that a root's computation reads. */
    Set<Integer> operandLeaves(int value) {
        Set<Integer> found = new HashSet<>();
        for (Value v : program.node(value).operands()) found.addAll(leaves(v.id()));
        return found;
    }

    /** The window a call reads an operand through. */
    Place window(int value) {
        Place p = places.get(value);
        if (p != null) return p;
        return program.view(window(program.viewed(value)), value);
    }

    /** Rows stored into a state that nobody else reads, and that the result replaces, are written in place. */
    private void stores() {
        for (Node n : program.graph.nodes()) {
            if (!(n.op() instanceof StoreRows)) continue;
            int before = n.operands().getFirst().id();
            Input state = program.input(before);
            boolean own = state != null && state.role() == Input.Role.STATE && program.uses(before) == 1
                    && program.graph.outputs().stream().noneMatch(o -> o.value().id() == before);
            boolean replaces = own && program.graph.outputs().stream()
                    .anyMatch(o -> o.update() && o.name().equals(state.name()) && o.value().equals(n.result()));
            if (replaces) places.put(n.result().id(), places.get(before));
        }
    }

    /** Values that calls, concatenations and outputs read. */
    private void require() {
        for (Node n : program.graph.nodes()) {
            if (Program.isCall(n)) {
                int copied = n.op() instanceof Scan s ? s.carries() : 0;
                for (int i = copied; i < n.operands().size(); i++) required.add(readable(n, i));
                n.results().forEach(v -> required.add(v.id()));
            }
            if (n.op() instanceof Concat) required.add(n.result().id());
            if (n.op() instanceof Gather) required.add(readable(n, 0)); // rows of it are loaded
        }
        for (Output out : program.graph.outputs()) {
            if (isComputed(out.value().id()) && !program.isView(out.value().id())) required.add(out.value().id());
        }
        required.addAll(forced);
    }

    /** The value that must lie in memory so that a call can read an operand through a window. */
    private int readable(Node call, int operand) {
        int value = call.operands().get(operand).id();
        int base = value;
        while (program.isView(base) && !forced.contains(base)) base = program.viewed(base);
        Place window = trial(base, value);
        boolean reads = window != null && (call.op() instanceof Scan s ? accepts(s, call, value, window) : accepts(call, operand, window));
        return reads ? base : value;
    }

    /** A loop reads constants, and slices of sequences, that are dense. */
    private boolean accepts(Scan scan, Node call, int value, Place p) {
        boolean accepted = true;
        for (int i = scan.carries(); i < call.operands().size(); i++) {
            if (call.operands().get(i).id() != value) continue;
            accepted &= i < scan.carries() + scan.sequences() ? slice(p).isDense() : p.isDense();
        }
        return accepted;
    }

    /** One step of a sequence. */
    static Place slice(Place p) {
        return new Place(p.buffer(), p.dtype(), p.shape().sub(1, p.shape().rank()), p.offset(), p.strides().subList(1, p.shape().rank()));
    }

    private Place trial(int base, int value) {
        if (base == value) return dense(0, program.type(base));
        Place inner = trial(base, program.viewed(value));
        return inner == null ? null : program.view(inner, value);
    }

    /** Which windows a call's kernel can read. */
    private boolean accepts(Node call, int operand, Place p) {
        int rank = p.shape().rank();
        return switch (call.op()) {
            case MatMul m -> isMatrix(p, rank);
            case FusedMatMul m -> rank == 2 ? isMatrix(p, rank) : p.isDense();
            case Attention a -> p.innerStride() == 1 || p.shape().last() == 1;
            case AttentionGrad a -> p.innerStride() == 1 || p.shape().last() == 1;
            case CachedAttention a -> operand == 0 ? p.innerStride() == 1 || p.shape().last() == 1 : p.isDense();
            case StoreRows s -> operand == 1 ? p.hasDenseRows(2) : p.isDense();
            default -> p.isDense();
        };
    }

    /** One of the two last dimensions runs through neighbouring elements, the other in steps. */
    private boolean isMatrix(Place p, int rank) {
        long row = p.strides().get(rank - 2);
        long column = p.strides().get(rank - 1);
        boolean plain = column == 1 && row >= p.shape().dim(-1);
        boolean transposed = transposes && row == 1 && column >= p.shape().dim(-2);
        return plain || transposed;
    }

    /** Results are computed in place where they can be, else copied. */
    private void outputs() {
        int end = program.graph.nodes().size();
        for (Output out : program.graph.outputs()) {
            int value = out.value().id();
            if (out.update()) continue;
            int id = buffer(out.name(), Buffer.Kind.RESULT, out.value().type());
            results.put(out.name(), id);
            int base = value;
            while (program.node(base) != null && program.node(base).op() instanceof Reshape) base = program.viewed(base);
            if (isComputed(base) && !program.isView(base) && !places.containsKey(base)) {
                places.put(base, dense(id, program.type(base)));
            } else {
                roots.add(new Root(value, dense(id, out.value().type()), end));
            }
        }
    }

    /**
     * Carries of loops live in their histories, or where nobody asked for one in two places by turns. The initial ones are
     * copied there.
     */
    private void carries() {
        int position = 0;
        for (Node n : program.graph.nodes()) {
            if (n.op() instanceof Scan s) {
                for (int c = 0; c < s.carries(); c++) carry(s, n, c, position);
            }
            position++;
        }
    }

    private void carry(Scan s, Node n, int carry, int position) {
        boolean kept = s.kept().contains(carry);
        Value last = n.results().get(carry);
        Value named = kept ? n.results().get(s.history(carry)) : last;
        TensorType type = last.type();
        int entries = kept ? s.length() + 1 : 2;
        Shape shape = Shape.of(entries).concat(type.shape());
        int id = buffer(named.toString(), Buffer.Kind.TEMPORARY, type.with(shape));
        long size = type.elements();
        long first = kept ? s.first() * size : 0;
        long end = kept ? (s.length() - s.first()) * size : s.length() % 2 * size;
        if (kept) places.put(named.id(), dense(id, type.with(shape)));
        places.put(last.id(), new Place(id, type.dtype(), type.shape(), end, type.shape().strides()));
        Place into = new Place(id, type.dtype(), type.shape(), first, type.shape().strides());
        roots.add(new Root(n.operands().get(carry).id(), into, position));
        carried.computeIfAbsent(n, x -> new ArrayList<>()).add(id);
    }

    /** The buffers that a loop's carries live in. */
    List<Integer> carried(Node scan) {
        return carried.getOrDefault(scan, List.of());
    }

    private boolean isComputed(int value) {
        return program.input(value) == null;
    }

    /** Parts of a concatenation are written where they belong: by the call that makes them, or by a copying root. */
    private void concats() {
        for (Node n : program.graph.nodes()) {
            if (!(n.op() instanceof Concat c)) continue;
            Value whole = n.result();
            Place all = places.computeIfAbsent(whole.id(), id -> temporary(whole));
            long start = all.offset();
            for (Value part : n.operands()) {
                Place into = new Place(all.buffer(), all.dtype(), part.type().shape(), start, all.strides());
                if (n.operands().size() == 1 || !aliased(part.id(), into)) roots.add(new Root(part.id(), into, program.position(whole.id())));
                start += part.type().dim(c.axis()) * all.strides().get(c.axis());
            }
        }
    }

    /** Lets a call that makes a part, and nothing but this part, write it in place. */
    private boolean aliased(int part, Place into) {
        int base = part;
        while (program.node(base) != null && program.node(base).op() instanceof Reshape && program.uses(base) == 1) {
            base = program.viewed(base);
        }
        Node n = program.node(base);
        boolean makes = n != null && n.op() instanceof AttentionGrad && program.uses(base) == 1 && !places.containsKey(base);
        if (!makes) return false;
        Place p = Program.reshape(into, program.type(base).shape());
        if (p == null || !accepts(n, 0, p)) return false; // its results take what its operands do
        places.put(base, p);
        return true;
    }

    /** Gives memory to every other value that needs it, in order, and makes roots of what loops must compute. */
    private void assign() {
        int position = 0;
        for (Node n : program.graph.nodes()) {
            for (Value v : n.results()) {
                boolean stays = required.contains(v.id()) || n.op() instanceof Reduce || isShared(n) || isBroadcast(v.id());
                if (!stays && !places.containsKey(v.id())) continue;
                places.computeIfAbsent(v.id(), id -> temporary(v));
                if (!Program.isCall(n) && !(n.op() instanceof Concat)) roots.add(new Root(v.id(), null, position));
            }
            position++;
        }
        roots.sort((a, b) -> Integer.compare(a.position(), b.position()));
    }

    /** Whether several readers would recompute a pointwise value from several operands of its own size. */
    private boolean isShared(Node n) {
        if (!(n.op() instanceof Pointwise) || program.uses(n.result().id()) < 2) return false;
        long size = n.result().type().elements();
        long large = operandLeaves(n.result().id()).stream()
                .filter(v -> program.type(v).elements() >= size)
                .count();
        return size > 1 && large > 1;
    }

    /** Whether a computed value is stretched other than along rows: a loop would compute it again for every row. */
    private boolean isBroadcast(int value) {
        Node n = program.node(value);
        if (!(n.op() instanceof Pointwise) || leaves(value).isEmpty() && !dependsOnIota(n)) return false;
        return stretched.contains(value);
    }

    /** Notes every computed value that some broadcast repeats other than along rows. */
    private void stretches() {
        for (Node n : program.graph.nodes()) {
            if (!(n.op() instanceof Broadcast b) || isAlongRows(n.operands().getFirst().type().shape(), b.shape())) continue;
            int base = n.operands().getFirst().id();
            while (program.isView(base)) base = program.viewed(base);
            stretched.add(base);
        }
    }

    /** Whether a broadcast only stretches trailing dimensions of size 1, and there is more than one row. */
    private static boolean isAlongRows(Shape from, Shape to) {
        int row = from.rank();
        while (row > 0 && from.dim(row - 1) == 1) row--;
        return from.rank() == to.rank() && row > 0 && from.sub(0, row).equals(to.sub(0, row));
    }

    private boolean dependsOnIota(Node n) {
        return n.op() instanceof Iota
                || !(n.op() instanceof Constant)
                        && n.operands().stream().map(v -> program.node(v.id())).anyMatch(d -> d != null && dependsOnIota(d));
    }

    private Place temporary(Value v) {
        return dense(buffer(v.toString(), Buffer.Kind.TEMPORARY, v.type()), v.type());
    }

    private int buffer(String name, Buffer.Kind kind, TensorType type) {
        return buffer(name, kind, type.dtype(), type.elements());
    }

    private int buffer(String name, Buffer.Kind kind, DType dtype, long elements) {
        buffers.add(new Buffer(buffers.size(), name, kind, dtype, elements));
        return buffers.size() - 1;
    }

    /** A buffer more, for a temporary of a loop's body. */
    int temporary(Buffer inner) {
        return buffer(inner.name(), Buffer.Kind.TEMPORARY, inner.dtype(), inner.elements());
    }

    private static Place dense(int buffer, TensorType type) {
        return Place.dense(buffer, type.dtype(), type.shape());
    }
}
