package dev.gatun.simd.loop;

import static dev.gatun.simd.loop.Asm.FLOATS;
import static dev.gatun.simd.loop.Asm.INTS;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Select;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Loop.Apply;
import dev.gatun.graph.schedule.Loop.ColumnReduce;
import dev.gatun.graph.schedule.Loop.Const;
import dev.gatun.graph.schedule.Loop.GatherLoad;
import dev.gatun.graph.schedule.Loop.Index;
import dev.gatun.graph.schedule.Loop.Instr;
import dev.gatun.graph.schedule.Loop.Load;
import dev.gatun.graph.schedule.Loop.RowReduce;
import dev.gatun.graph.schedule.Loop.Store;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.simd.loop.Nest.Walker;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes {@link LoopBody#run} of one loop:
 *
 * <pre>
 * idle turns; return if there are no rows
 * constants; addresses of the task's first row; row values that never change; column sums = 0
 * for each row
 *     row values of level 0
 *     for each pass p: vectors of the row, several at a time if it reduces; the rest one at a time; the tail, masked
 *                      row values of level p + 1
 *     step the addresses
 * </pre>
 */
final class BodyWriter {
    static final int FIRST_LOCAL = 10;
    private static final int MEMORY = 1;
    private static final int SCRATCH = 2;
    private static final int BASES = 3;
    private static final int FIRST = 4; // long
    private static final int COUNT = 6;
    private static final int LAST = 7;
    private static final int TASK = 8;
    private static final int IDLE = 9;

    private final Loop loop;
    private final List<Instr> body;
    private final PassPlan plan;
    private final Nest nest;
    private final int unroll;
    private final Asm asm;
    private final CodeBuilder code;
    private final Formulas formulas;
    private final Transfers transfers;

    private final int[] rowValue; // locals of row values
    private final int[] placePointer; // locals (long): byte address of the row under way
    private final int[] indexPointer; // locals (long): value of an Index at the row's first element
    private final int[] gatherPointer; // locals (long): a GatherLoad's byte address
    private final Map<Integer, Integer> stagedRow = new HashMap<>(); // GatherLoad or Load or Store: scratch row
    private int scratchRows;
    private int row;
    private int rowEnd;
    private int length = -1; // local: elements of the row, where it varies
    private int[] position; // locals: outer indices, where more than one dimension is left
    private int tailMask = -1;

    BodyWriter(Loop loop, PassPlan plan, Nest nest, int unroll, Asm asm) {
        this.loop = loop;
        this.body = loop.body();
        this.plan = plan;
        this.nest = nest;
        this.unroll = unroll;
        this.asm = asm;
        this.code = asm.code;
        this.formulas = new Formulas(asm);
        this.transfers = new Transfers(asm);
        rowValue = new int[body.size()];
        indexPointer = new int[body.size()];
        gatherPointer = new int[body.size()];
        placePointer = new int[loop.places().size()];
        scratchRows = plan.keptRows();
        for (int i = 0; i < body.size(); i++) {
            int place = body.get(i) instanceof Load l ? l.place() : body.get(i) instanceof GatherLoad g ? g.place() : -1;
            if (body.get(i) instanceof Store s && !plan.isRowStore(s)) place = s.place();
            if (place >= 0 && nest.isStaged(place)) stagedRow.put(i, scratchRows++);
        }
    }

    /** Bytes of scratch the code uses. */
    long scratchBytes() {
        return scratchRows * rowBytes();
    }

    private long rowBytes() {
        return (loop.inner() + 15L) / 16 * 64;
    }

    void write(List<Asm.Constant> constants) {
        knowSegments();
        idle();
        asm.prologue(constants);
        rows();
        pointers();
        for (int i = 0; i < body.size(); i++) {
            if (plan.isInvariant(i) && !(body.get(i) instanceof Store)) rowInstruction(i);
        }
        clearColumns();
        if (nest.isFlat()) {
            flatLength();
            oneRow();
        } else {
            Label top = code.newLabel();
            Label done = code.newLabel();
            code.labelBinding(top);
            code.iload(row).iload(rowEnd).if_icmpge(done);
            raggedLength();
            oneRow();
            step();
            code.iinc(row, 1);
            code.goto_(top);
            code.labelBinding(done);
        }
        code.return_();
    }

    // ---- the nest

    /** Casts that always succeed, for what HotSpot learns from them: see {@link dev.gatun.simd.Segments#known}. */
    private void knowSegments() {
        for (int segment : new int[] {MEMORY, SCRATCH}) code.aload(segment).checkcast(Asm.MEMORY).astore(segment);
    }

    /** Turns that do nothing but make HotSpot count: calls without rows get the method compiled in next to no time. */
    private void idle() {
        Label top = code.newLabel();
        Label out = code.newLabel();
        Label work = code.newLabel();
        code.labelBinding(top);
        code.iload(IDLE).ifle(out);
        code.iinc(IDLE, -1);
        code.goto_(top);
        code.labelBinding(out);
        code.iload(COUNT).ifgt(work);
        code.return_();
        code.labelBinding(work);
    }

    private void rows() {
        if (nest.isFlat()) return;
        row = asm.newLocal();
        rowEnd = asm.newLocal();
        code.lload(FIRST).l2i().istore(row);
        code.iload(row).iload(COUNT).iadd().istore(rowEnd);
    }

    private void pointers() {
        List<Integer> sizes = nest.sizes();
        position = new int[sizes.size()];
        if (sizes.size() == 1) {
            position[0] = row;
        } else if (sizes.size() > 1) {
            int rest = asm.newLocal();
            code.iload(row).istore(rest);
            for (int d = sizes.size() - 1; d > 0; d--) {
                position[d] = asm.newLocal();
                code.iload(rest).loadConstant(sizes.get(d)).irem().istore(position[d]);
                code.iload(rest).loadConstant(sizes.get(d)).idiv().istore(rest);
            }
            position[0] = rest;
        }
        for (Walker w : nest.walkers()) {
            int pointer = asm.newLong();
            if (w.place() >= 0) {
                placePointer[w.place()] = pointer;
                code.aload(BASES).loadConstant(w.place()).laload();
            } else {
                indexPointer[w.instruction()] = pointer;
                code.lconst_0();
            }
            if (nest.isFlat() && w.innerStep() != 0) {
                code.lload(FIRST).loadConstant(w.innerStep() * unit(w)).lmul().ladd();
            }
            for (int d = 0; d < sizes.size(); d++) {
                if (w.steps()[d] == 0) continue;
                code.iload(position[d]).i2l().loadConstant(w.steps()[d] * unit(w)).lmul().ladd();
            }
            code.lstore(pointer);
        }
    }

    private long unit(Walker w) {
        return w.place() >= 0 ? loop.places().get(w.place()).dtype().bytes() : 1;
    }

    private int pointer(Walker w) {
        return w.place() >= 0 ? placePointer[w.place()] : indexPointer[w.instruction()];
    }

    /** Moves on to the next row: like an odometer, inner dimensions first. */
    private void step() {
        int last = nest.sizes().size() - 1;
        if (last < 0) return;
        Label done = code.newLabel();
        for (int d = last; d >= 0; d--) {
            for (Walker w : nest.walkers()) {
                long back = d == last ? 0 : w.steps()[d + 1] * nest.sizes().get(d + 1);
                long by = (w.steps()[d] - back) * unit(w);
                if (by != 0) code.lload(pointer(w)).loadConstant(by).ladd().lstore(pointer(w));
            }
            if (last == 0) break;
            code.iinc(position[d], 1);
            if (d == 0) break;
            code.iload(position[d]).loadConstant(nest.sizes().get(d)).if_icmplt(done);
            code.iconst_0().istore(position[d]);
        }
        code.labelBinding(done);
    }

    private void flatLength() {
        length = COUNT;
        varyingTail();
    }

    private void raggedLength() {
        if (!nest.isRagged()) {
            int rest = loop.inner() % asm.lanes;
            if (rest != 0) tailMask(() -> code.loadConstant(rest));
            return;
        }
        length = asm.newLocal();
        Label last = code.newLabel();
        code.loadConstant(loop.inner()).istore(length);
        code.iload(row).iload(rowEnd).iconst_1().isub().if_icmpne(last);
        code.iload(LAST).istore(length);
        code.labelBinding(last);
        varyingTail();
    }

    private void varyingTail() {
        if (nest.hasTail()) tailMask(() -> code.iload(length).loadConstant(asm.lanes - 1).iand());
    }

    private void tailMask(Runnable count) {
        int ramp = asm.ramp(1);
        asm.species(INTS);
        count.run();
        asm.broadcast(INTS);
        int n = asm.store();
        asm.compare(INTS, ramp, "LT", n);
        tailMask = asm.store();
    }

    // ---- one row

    private void oneRow() {
        int mark = asm.mark();
        for (int p = 0; p < plan.passes(); p++) {
            rowLevel(p);
            pass(p);
        }
        rowLevel(plan.passes());
        stagedRow.forEach((i, scratchRow) -> {
            if (body.get(i) instanceof Store s) stage("unpack", s.place(), placePointer[s.place()], scratchRow);
        });
        asm.release(mark);
    }

    /** Row values and row stores that wait for {@code level} reductions; addresses and copies that pass needs. */
    private void rowLevel(int level) {
        for (int i = 0; i < body.size(); i++) {
            if (plan.level(i) != level) continue;
            Instr x = body.get(i);
            if (x instanceof GatherLoad g) gatherAddress(i, g);
            if (stagedRow.containsKey(i) && x instanceof Load l) {
                stage("pack", l.place(), placePointer[l.place()], stagedRow.get(i));
            } else if (stagedRow.containsKey(i) && x instanceof GatherLoad g) {
                stage("pack", g.place(), gatherPointer[i], stagedRow.get(i));
            }
            boolean store = x instanceof Store s && plan.isRowStore(s);
            if (store || plan.isRow(i) && !plan.isInvariant(i)) rowInstruction(i);
        }
    }

    private void gatherAddress(int i, GatherLoad g) {
        Place p = loop.places().get(g.place());
        gatherPointer[i] = asm.newLong();
        code.lload(placePointer[g.place()]);
        asm.load(rowValue[g.index()]);
        asm.firstLane(INTS);
        code.i2l().loadConstant(g.stride() * p.dtype().bytes()).lmul().ladd().lstore(gatherPointer[i]);
    }

    private void stage(String what, int place, int pointer, int scratchRow) {
        Place p = loop.places().get(place);
        String kind = switch (p.dtype()) {
            case F32, I32 -> "Words";
            case BF16 -> "Halves";
            case BOOL -> "Bytes";
        };
        boolean pack = what.equals("pack");
        asm.load(MEMORY);
        code.lload(pointer).loadConstant(p.innerStride() * p.dtype().bytes());
        asm.load(SCRATCH);
        code.loadConstant(scratchRow * rowBytes());
        if (nest.isRagged()) code.iload(length);
        else code.loadConstant(loop.inner());
        MethodTypeDesc type = MethodTypeDesc.of(CD_void, Asm.MEMORY, CD_long, CD_long, Asm.MEMORY, CD_long, CD_int);
        code.invokestatic(ClassDesc.of(Staging.class.getName()), (pack ? "pack" : "unpack") + kind, type);
    }

    private void rowInstruction(int i) {
        switch (body.get(i)) {
            case Const c -> rowValue[i] = constant(c);
            case Load l -> {
                DType memory = loop.places().get(l.place()).dtype();
                transfers.loadScalar(memory, MEMORY, () -> code.lload(placePointer[l.place()]));
                rowValue[i] = asm.store();
            }
            case GatherLoad g -> {
                transfers.loadScalar(loop.places().get(g.place()).dtype(), MEMORY, () -> code.lload(gatherPointer[i]));
                rowValue[i] = asm.store();
            }
            case Index _ -> {
                asm.species(INTS);
                code.lload(indexPointer[i]).l2i();
                asm.broadcast(INTS);
                rowValue[i] = asm.store();
            }
            case Apply a -> {
                if (!plan.isFused(i)) {
                    apply(i, a, rowValue);
                    rowValue[i] = asm.store();
                }
            }
            case Store s -> {
                DType memory = loop.places().get(s.place()).dtype();
                transfers.storeScalar(memory, rowValue[s.value()], MEMORY, () -> code.lload(placePointer[s.place()]));
            }
            case RowReduce _, ColumnReduce _ -> {} // the pass leaves a reduction's result in its local
        }
    }

    private int constant(Const c) {
        return switch (c.type()) {
            case F32, BF16 -> asm.constant((float) c.value());
            case I32 -> asm.constant((int) c.value());
            case BOOL -> asm.truth(c.value() != 0);
        };
    }

    private void apply(int i, Apply a, int[] values) {
        Pointwise op = a.op();
        for (int k = 0; k < a.args().size(); k++) {
            if (plan.isFused(a.args().get(k))) {
                List<Integer> factors = ((Apply) body.get(a.args().get(k))).args();
                int other = value(a.args().get(1 - k), values);
                formulas.multiplyAdd(value(factors.get(0), values), value(factors.get(1), values), other);
                return;
            }
        }
        int[] x = a.args().stream().mapToInt(arg -> value(arg, values)).toArray();
        DType type = body.get(a.args().get(op instanceof Select ? 1 : 0)).type();
        formulas.write(op, type, x);
    }

    private int value(int i, int[] values) {
        return plan.isRow(i) ? rowValue[i] : values[i];
    }

    // ---- one pass over a row

    /** One vector of a row: which elements, which lanes of them count. */
    private final class Lanes {
        final int element; // local: number of the first of the elements that the step handles
        final int ahead; // elements from there to this vector
        final int mask; // local, or -1
        final int[] values = new int[body.size()];
        private final Map<Integer, Integer> offsets;

        Lanes(int element, int ahead, int mask, Map<Integer, Integer> offsets) {
            this.element = element;
            this.ahead = ahead;
            this.mask = mask;
            this.offsets = offsets;
        }

        /** Pushes {@code pointer} plus this vector's offset in elements of {@code size} bytes. */
        void push(int pointer, int size) {
            code.lload(pointer);
            pushOffset(size);
            code.ladd();
        }

        void pushOffset(int size) {
            code.lload(offsets.get(size));
            if (ahead != 0) code.loadConstant((long) ahead * size).ladd();
        }
    }

    private void pass(int p) {
        int mark = asm.mark();
        int[] reductions = java.util.stream.IntStream.range(0, body.size())
                .filter(i -> body.get(i) instanceof RowReduce && plan.level(i) == p + 1)
                .toArray();
        int copies = reductions.length > 0 ? unroll : 1;
        // results outlive the pass
        for (int i : reductions) rowValue[i] = asm.newLocal();
        int keep = asm.mark();
        int[][] sums = new int[copies][body.size()];
        for (int i : reductions) {
            for (int c = 0; c < copies; c++) {
                sums[c][i] = asm.newLocal();
                asm.load(identity((RowReduce) body.get(i)));
                code.astore(sums[c][i]);
            }
        }
        int element = asm.newLocal();
        code.iconst_0().istore(element);
        if (copies > 1) vectors(p, element, copies, sums);
        vectors(p, element, 1, sums);
        if (nest.hasTail()) tail(p, element, sums);
        for (int i : reductions) finish((RowReduce) body.get(i), i, sums);
        asm.release(reductions.length > 0 ? keep : mark);
    }

    private void vectors(int p, int element, int copies, int[][] sums) {
        int step = copies * asm.lanes;
        int done = copies == 1 && sums.length > 1 ? loop.inner() / (sums.length * asm.lanes) * sums.length * asm.lanes : 0;
        int end = loop.inner() / step * step;
        if (!nest.isRagged() && end == done) return;
        int limit = -1;
        if (nest.isRagged()) {
            limit = asm.newLocal();
            code.iload(length).loadConstant(-step).iand().istore(limit);
        }
        Label top = code.newLabel();
        Label out = code.newLabel();
        code.labelBinding(top);
        code.iload(element);
        if (limit >= 0) code.iload(limit);
        else code.loadConstant(end);
        code.if_icmpge(out);
        int mark = asm.mark();
        Map<Integer, Integer> offsets = offsets(p, element);
        for (int c = 0; c < copies; c++) {
            vector(p, new Lanes(element, c * asm.lanes, -1, offsets), sums[c]);
        }
        asm.release(mark);
        code.iinc(element, step);
        code.goto_(top);
        code.labelBinding(out);
    }

    private void tail(int p, int element, int[][] sums) {
        Label none = code.newLabel();
        if (nest.isRagged()) code.iload(element).iload(length).if_icmpge(none);
        int mark = asm.mark();
        vector(p, new Lanes(element, 0, tailMask, offsets(p, element)), sums[0]);
        asm.release(mark);
        code.labelBinding(none);
    }

    /** Byte offsets of an element for each size of element that a pass reads or writes. */
    private Map<Integer, Integer> offsets(int p, int element) {
        Map<Integer, Integer> offsets = new HashMap<>();
        for (int size : new int[] {4, 2, 1}) {
            if (!uses(p, size)) continue;
            int local = asm.newLong();
            code.iload(element).i2l();
            if (size > 1) code.loadConstant(size == 4 ? 2 : 1).lshl();
            code.lstore(local);
            offsets.put(size, local);
        }
        return offsets;
    }

    private boolean uses(int p, int size) {
        if (size == 4) return true;
        for (int i = 0; i < body.size(); i++) {
            int place = switch (body.get(i)) {
                case Load l -> l.place();
                case GatherLoad g -> g.place();
                case Store s -> s.place();
                default -> -1;
            };
            boolean here = body.get(i) instanceof Store ? plan.level(i) == p : plan.inPass(i, p);
            if (place >= 0 && here && loop.places().get(place).dtype().bytes() == size) return true;
        }
        return false;
    }

    private void vector(int p, Lanes at, int[] sums) {
        for (int i = 0; i < body.size(); i++) {
            switch (body.get(i)) {
                case RowReduce r -> {
                    if (plan.level(i) == p + 1) accumulate(r, value(r.arg(), at.values), at.mask, sums[i]);
                }
                case ColumnReduce c -> {
                    if (plan.level(i) == p) addToColumns(c, at);
                }
                case Store s -> {
                    if (plan.level(i) == p && !plan.isRowStore(s)) elementStore(i, s, at);
                }
                case Load _, GatherLoad _, Index _, Apply _ -> {
                    if (!plan.isRow(i) && plan.inPass(i, p) && !plan.isFused(i)) element(i, p, at);
                }
                case Const _ -> {}
            }
        }
    }

    private void element(int i, int p, Lanes at) {
        int kept = plan.keptRow(i);
        if (kept >= 0 && p != plan.home(i)) {
            scratchLoad(body.get(i).type(), kept, at);
            at.values[i] = asm.store();
            return;
        }
        switch (body.get(i)) {
            case Load l -> elementLoad(i, l.place(), placePointer[l.place()], at);
            case GatherLoad g -> elementLoad(i, g.place(), gatherPointer[i], at);
            case Index x -> {
                int step = (int) (long) x.strides().getLast();
                asm.species(INTS);
                code.lload(indexPointer[i]).l2i().iload(at.element);
                if (at.ahead != 0) code.loadConstant(at.ahead).iadd();
                code.loadConstant(step).imul().iadd();
                asm.broadcast(INTS);
                asm.then(INTS, "add", asm.ramp(step));
            }
            case Apply a -> apply(i, a, at.values);
            default -> throw new AssertionError(body.get(i));
        }
        at.values[i] = asm.store();
        if (kept >= 0) scratchStore(body.get(i).type(), at.values[i], kept, at);
    }

    private void elementLoad(int i, int place, int pointer, Lanes at) {
        DType memory = loop.places().get(place).dtype();
        Integer staged = stagedRow.get(i);
        if (staged != null) scratchLoad(body.get(i).type(), staged, at);
        else transfers.load(memory, MEMORY, () -> at.push(pointer, memory.bytes()), at.mask);
    }

    private void elementStore(int i, Store s, Lanes at) {
        DType memory = loop.places().get(s.place()).dtype();
        int value = value(s.value(), at.values);
        Integer staged = stagedRow.get(i);
        if (staged != null) scratchStore(body.get(s.value()).type(), value, staged, at);
        else transfers.store(memory, value, MEMORY, () -> at.push(placePointer[s.place()], memory.bytes()), at.mask);
    }

    /** A whole vector of a scratch row; truth values lie there as ints. */
    private void scratchLoad(DType type, int scratchRow, Lanes at) {
        DType memory = type == DType.F32 || type == DType.BF16 ? DType.F32 : DType.I32;
        transfers.load(memory, SCRATCH, () -> scratchAddress(scratchRow, at), -1);
        if (type == DType.BOOL) asm.compare(INTS, asm.store(), "NE", asm.constant(0));
    }

    private void scratchStore(DType type, int value, int scratchRow, Lanes at) {
        int from = value;
        if (type == DType.BOOL) {
            formulas.number(type, DType.I32, value);
            from = asm.store();
        }
        DType memory = type == DType.F32 || type == DType.BF16 ? DType.F32 : DType.I32;
        transfers.store(memory, from, SCRATCH, () -> scratchAddress(scratchRow, at), -1);
    }

    private void scratchAddress(int scratchRow, Lanes at) {
        at.pushOffset(4);
        if (scratchRow > 0) code.loadConstant(scratchRow * rowBytes()).ladd();
    }

    // ---- reductions

    private int identity(RowReduce r) {
        if (r.type() == DType.I32) return asm.constant(r.kind() == Reduce.Kind.SUM ? 0 : Integer.MIN_VALUE);
        return asm.constant((float) r.kind().identity());
    }

    private void accumulate(RowReduce r, int value, int mask, int sum) {
        combine(r, value, sum);
        if (mask >= 0) {
            int without = asm.store();
            asm.load(mask);
            asm.mask("not");
            int outside = asm.store();
            asm.load(without);
            asm.blend(Formulas.vector(r.type()), sum, outside);
        }
        code.astore(sum);
    }

    /**
     * Combines two vectors. Every call is on {@code exact}, a value that this very row computed: of a value carried
     * round a loop the JVM's compiler knows no more than that it is some FloatVector, and may then call and box.
     */
    private void combine(RowReduce r, int exact, int carried) {
        ClassDesc type = Formulas.vector(r.type());
        if (r.kind() == Reduce.Kind.SUM) asm.binary(type, "add", exact, carried);
        else if (type.equals(INTS)) asm.binary(type, "max", exact, carried);
        else new VectorMath(asm).better("LT", exact, carried);
    }

    /** Combines the copies, then the lanes; the result in all lanes of the reduction's local. */
    private void finish(RowReduce r, int i, int[][] sums) {
        int sum = identity(r);
        for (int[] s : sums) {
            combine(r, sum, s[i]);
            sum = asm.store();
        }
        if (r.type() == DType.I32) {
            asm.species(INTS);
            asm.load(sum);
            asm.reduceInts(r.kind() == Reduce.Kind.SUM ? "ADD" : "MAX");
            asm.broadcast(INTS);
        } else {
            for (int by = asm.lanes / 2; by > 0; by /= 2) {
                asm.rotated(sum, by);
                int turned = asm.store();
                combine(r, sum, turned);
                sum = asm.store();
            }
            asm.load(sum);
        }
        code.astore(rowValue[i]);
    }

    private void addToColumns(ColumnReduce c, Lanes at) {
        int pointer = columnPointer.get(c.place());
        DType type = loop.places().get(c.place()).dtype();
        ClassDesc vector = type == DType.I32 ? INTS : FLOATS;
        transfers.load(type, MEMORY, () -> at.push(pointer, 4), at.mask);
        asm.then(vector, "add", value(c.value(), at.values));
        int sum = asm.store();
        transfers.store(type, sum, MEMORY, () -> at.push(pointer, 4), at.mask);
    }

    private final Map<Integer, Integer> columnPointer = new HashMap<>();

    /** Each task starts its row of column sums at zero. */
    private void clearColumns() {
        for (Instr x : body) {
            if (!(x instanceof ColumnReduce c)) continue;
            Place p = loop.places().get(c.place());
            int pointer = asm.newLong();
            columnPointer.put(c.place(), pointer);
            code.aload(BASES).loadConstant(c.place()).laload();
            code.iload(TASK).i2l().loadConstant(p.strides().getFirst() * p.dtype().bytes()).lmul().ladd().lstore(pointer);
            asm.load(MEMORY);
            code.lload(pointer).loadConstant(loop.inner() * 4L);
            code.invokestatic(ClassDesc.of(Staging.class.getName()), "clear", MethodTypeDesc.of(CD_void, Asm.MEMORY, CD_long, CD_long));
        }
    }
}
