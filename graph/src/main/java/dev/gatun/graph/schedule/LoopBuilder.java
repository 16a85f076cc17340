package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Gather;
import dev.gatun.graph.ops.Iota;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.View;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the body of one loop. Starting from its roots, each value is emitted on demand: a value in memory becomes a
 * load, a view changes the index map, a pointwise op becomes an instruction on its operands under the same map.
 */
final class LoopBuilder {
    /** Roots cannot be computed by one loop. */
    static final class Conflict extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Conflict(String reason) {
            super(reason, null, false, false);
        }
    }

    /** A value must lie in memory: the loop's indices cannot follow the view that it is. */
    static final class NeedsMemory extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final int value;

        NeedsMemory(int value) {
            super(null, null, false, false);
            this.value = value;
        }
    }

    /** What building a loop gives: the loop and the values it reads from memory. */
    record Built(Loop loop, Set<Integer> loaded) {}

    private static final int SHORT_ROW = 64;
    private static final int SMALL = 512;

    private record Key(int value, IndexMap map) {}

    private final Program program;
    private final Storage storage;
    private final Group group;
    private final LoopLayout layout;
    private final IndexMap full;
    private final IndexMap row;
    private final List<Place> places = new ArrayList<>();
    private final List<Loop.Instr> body = new ArrayList<>();
    private final Map<Key, Integer> emitted = new HashMap<>();
    private final Map<Loop.Instr, Integer> instructions = new HashMap<>();
    private final Set<Integer> loaded = new HashSet<>();

    private LoopBuilder(Program program, Storage storage, Group group, LoopLayout layout) {
        this.program = program;
        this.storage = storage;
        this.group = group;
        this.layout = layout;
        full = new IndexMap(0, layout.full());
        row = new IndexMap(0, layout.row());
    }

    /**
     * Builds a group's loop.
     *
     * @param stored the roots' values that must be written to memory; {@code null} for all
     * @throws Conflict when the roots do not fit into one loop
     * @throws NeedsMemory when a value must be put into memory first
     */
    static Built build(Program program, Storage storage, Group group, Set<Integer> stored) {
        Domain domain = group.domain();
        boolean onlyColumns = group.roots().stream().allMatch(r -> isColumnReduction(program, r));
        LoopLayout layout = LoopLayout.of(domain, onlyColumns);
        while (true) {
            try {
                return new LoopBuilder(program, storage, group, layout).run(stored);
            } catch (IndexMap.NeedsCut cut) {
                if (cut.dimension == layout.last() && !domain.isFlat()) throw new IllegalStateException("a row cannot be cut");
                layout = layout.cut(cut.dimension, cut.inner);
            }
        }
    }

    private static boolean isColumnReduction(Program program, Root r) {
        return r.into() == null && program.node(r.value()) != null
                && program.node(r.value()).op() instanceof Reduce reduce && reduce.axes().getFirst() == 1
                && program.type(program.node(r.value()).operands().getFirst().id()).rank() == 3;
    }

    private Built run(Set<Integer> stored) {
        for (Root r : group.roots()) {
            boolean writes = r.into() != null || stored == null || stored.contains(r.value());
            if (!writes) continue;
            if (isColumnReduction(program, r)) columns(r.value());
            else store(r);
        }
        Loop loop = LoopShape.finish(label(), source(), layout, group.domain(), places, body);
        return new Built(loop, loaded);
    }

    /** Names of the pointwise ops and reductions at the roots. */
    private String label() {
        StringBuilder label = new StringBuilder();
        for (Root r : group.roots()) {
            Node n = program.node(r.value());
            String op = n == null || r.into() != null ? "copy" : n.op() instanceof Reduce d ? d.kind().name() : n.op().name();
            if (!label.toString().contains(op.toLowerCase(java.util.Locale.ROOT))) {
                label.append(label.isEmpty() ? "" : "+").append(op.toLowerCase(java.util.Locale.ROOT));
            }
        }
        return label.toString();
    }

    private String source() {
        Node n = program.node(group.roots().getLast().value());
        return n == null ? "input" : n.source();
    }

    private void store(Root r) {
        long elements = program.type(r.value()).elements();
        boolean isFull = elements == group.domain().elements();
        IndexMap map = isFull ? full : row;
        int value = emit(r.value(), map);
        Place p = r.into() != null ? r.into() : storage.place(r.value());
        int at;
        try {
            at = place(p, map, true);
        } catch (IndexMap.Unmappable e) {
            throw new NeedsMemory(r.value()); // what the loop reads cuts its indices otherwise than where it writes: a copy does not
        }
        body.add(new Loop.Store(at, value, body.get(value).type()));
    }

    /** A column reduction {@code [outer, rows, inner] -> [outer, inner]}: each task writes one row of the result. */
    private void columns(int value) {
        Node n = program.node(value);
        int inner = layout.dims().getLast();
        int operand = emit(n.operands().getFirst().id(), full);
        Place p = storage.place(value);
        Shape tasks = Shape.of((int) (n.result().type().elements() / inner), inner);
        places.add(new Place(p.buffer(), p.dtype(), tasks, p.offset(), tasks.strides()));
        body.add(new Loop.ColumnReduce(places.size() - 1, operand, body.get(operand).type()));
        if (((Reduce) n.op()).kind() != Reduce.Kind.SUM) throw new Conflict("a column reduction is a sum");
    }

    /** The position of a value's instruction, under a map from loop indices to the value's elements. */
    private int emit(int value, IndexMap map) {
        Key key = new Key(value, map);
        Integer known = emitted.get(key);
        if (known != null) return known;
        int at = storage.place(value) != null && !group.computes(value) ? load(value, map) : compute(value, map);
        emitted.put(key, at);
        return at;
    }

    private int compute(int value, IndexMap map) {
        Node n = program.node(value);
        if (group.computes(value) && !map.equals(full) && !map.equals(row)) {
            throw new Conflict("read by another map than it is written");
        }
        DType type = computed(n.result().type().dtype());
        return switch (n.op()) {
            case Constant c -> add(new Loop.Const(c.value(), type));
            case Iota i -> iota(value, i, map);
            case Cast c when computed(c.to()) == computed(program.type(n.operands().getFirst().id()).dtype()) ->
                    emit(n.operands().getFirst().id(), map);
            case Pointwise p -> add(new Loop.Apply(p, n.operands().stream().map(v -> emit(v.id(), map)).toList(), type));
            case View v -> emit(program.viewed(value), through(value, map));
            case Gather g -> gather(n, map);
            case Reduce r -> {
                boolean isRow = group.computes(value) && map.equals(row) && !isColumnReduction(program, new Root(value, null, 0));
                if (!isRow) throw new Conflict("a reduction is read along its row");
                yield add(new Loop.RowReduce(r.kind(), emit(n.operands().getFirst().id(), full), type));
            }
            default -> throw new IllegalStateException(n.op().name() + " is no part of a loop");
        };
    }

    private IndexMap through(int value, IndexMap map) {
        Shape operand = program.type(program.viewed(value)).shape();
        return followed(value, () -> map.through(program.view(value), operand, program.type(value).shape(), layout.dims()));
    }

    /** Runs an index computation; what it cannot do ends in memory for the value. */
    private <T> T followed(int value, java.util.function.Supplier<T> indexing) {
        try {
            return indexing.get();
        } catch (IndexMap.NeedsCut cut) {
            if (cut.dimension == layout.last() && (!group.domain().isFlat() || shortens(cut, value))) throw new NeedsMemory(value);
            throw cut;
        } catch (IndexMap.Unmappable e) {
            throw new NeedsMemory(value);
        }
    }

    /** Whether a cut would leave short rows only for the sake of a small value. */
    private boolean shortens(IndexMap.NeedsCut cut, int value) {
        long elements = program.type(value).elements();
        return cut.inner < SHORT_ROW && elements <= SMALL && elements < group.domain().elements();
    }

    private int load(int value, IndexMap map) {
        loaded.add(value);
        DType type = computed(program.type(value).dtype());
        return add(new Loop.Load(place(storage.place(value), map, false), type));
    }

    private int iota(int value, Iota op, IndexMap map) {
        IndexMap.Split s = followed(value, () -> map.split(op.shape(), layout.dims()));
        List<Long> strides = new ArrayList<>();
        for (long c : s.coefficient[op.axis()]) strides.add(c);
        int index = add(new Loop.Index(strides));
        if (s.offset[op.axis()] == 0) return index;
        int start = add(new Loop.Const(s.offset[op.axis()], DType.I32));
        return add(new Loop.Apply(new Add(), List.of(index, start), DType.I32));
    }

    /** A row of a table: the index is a row value, the place moves with the loop's other indices. */
    private int gather(Node n, IndexMap map) {
        int table = n.operands().get(0).id();
        int index = n.operands().get(1).id();
        if (storage.leaves(table).stream().anyMatch(group::computes)) {
            throw new Conflict("any row of a table may be read, so all are written before");
        }
        Shape indices = program.type(index).shape();
        Shape result = n.result().type().shape();
        IndexMap.Split s = followed(n.result().id(), () -> map.split(result, layout.dims()));
        for (int k = 0; k < indices.rank(); k++) {
            if (s.coefficient[k][layout.last()] == 0) continue;
            if (!group.domain().isFlat()) throw new NeedsMemory(n.result().id());
            throw new IndexMap.NeedsCut(layout.last(), 1);
        }
        List<Long> indexStrides = new ArrayList<>(indices.strides());
        List<Long> tableStrides = new ArrayList<>();
        Place p = storage.window(table);
        for (int k = 0; k < result.rank(); k++) {
            tableStrides.add(k < indices.rank() ? 0L : p.strides().get(k - indices.rank() + 1));
            if (k >= indices.rank()) indexStrides.add(0L);
        }
        long indexAt = 0;
        for (int k = 0; k < indices.rank(); k++) indexAt += s.offset[k] * indexStrides.get(k);
        long tableAt = p.offset();
        for (int k = indices.rank(); k < result.rank(); k++) tableAt += s.offset[k] * tableStrides.get(k);
        int chosen = emit(index, s.flatten(indexAt, indexStrides, layout.dims().size()));
        IndexMap tableMap = s.flatten(tableAt, tableStrides, layout.dims().size());
        int base = table;
        while (storage.place(base) == null) base = program.viewed(base);
        if (group.computes(base)) throw new Conflict("a row of a table that the same loop writes");
        loaded.add(base);
        places.add(new Place(p.buffer(), p.dtype(), layout.shape(), tableMap.offset(), tableMap.coefficients()));
        return add(new Loop.GatherLoad(places.size() - 1, chosen, p.strides().getFirst(), computed(p.dtype())));
    }

    /** Number of the place at which the loop's indices meet a window. */
    private int place(Place window, IndexMap map, boolean forStore) {
        IndexMap m = window.isDense()
                ? new IndexMap(map.offset() + window.offset(), map.coefficients())
                : strided(window, map, forStore);
        Place p = new Place(window.buffer(), window.dtype(), layout.shape(), m.offset(), m.coefficients());
        int known = places.indexOf(p);
        if (known >= 0) return known;
        places.add(p);
        return places.size() - 1;
    }

    private IndexMap strided(Place window, IndexMap map, boolean forStore) {
        try {
            return map.onto(window.shape(), window.offset(), window.strides(), layout.dims());
        } catch (IndexMap.NeedsCut cut) {
            boolean cutsRow = cut.dimension == layout.last() && !group.domain().isFlat();
            if (cutsRow) throw new Conflict((forStore ? "a store" : "a load") + " would cut the row");
            throw cut;
        }
    }

    private int add(Loop.Instr instr) {
        Integer known = instructions.putIfAbsent(instr, body.size());
        if (known != null) return known;
        body.add(instr);
        return body.size() - 1;
    }

    private static DType computed(DType dtype) {
        return dtype == DType.BF16 ? DType.F32 : dtype;
    }
}
