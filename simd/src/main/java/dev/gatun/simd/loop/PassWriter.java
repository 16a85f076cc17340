package dev.gatun.simd.loop;

import static dev.gatun.simd.loop.Asm.FLOATS;
import static dev.gatun.simd.loop.Asm.INTS;

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
import dev.gatun.graph.types.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Writes one pass over a row: vectors, several at a time if it reduces, the rest one at a time, and the masked tail. */
final class PassWriter {
    private final Frame frame;
    private final Loop loop;
    private final List<Instr> body;
    private final PassPlan plan;
    private final Asm asm;
    private final CodeBuilder code;
    private final int unroll;
    private final Formulas formulas;
    private final Transfers transfers;
    private final RowWriter rows;
    private final Reductions reductions;

    PassWriter(Frame frame, int unroll, Formulas formulas, Transfers transfers, RowWriter rows, Reductions reductions) {
        this.frame = frame;
        this.loop = frame.loop;
        this.body = frame.body;
        this.plan = frame.plan;
        this.asm = frame.asm;
        this.code = frame.code;
        this.unroll = unroll;
        this.formulas = formulas;
        this.transfers = transfers;
        this.rows = rows;
        this.reductions = reductions;
    }

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

    void pass(int p) {
        int mark = asm.mark();
        int[] results = IntStream.range(0, body.size())
                .filter(i -> body.get(i) instanceof RowReduce && plan.level(i) == p + 1)
                .toArray();
        int copies = results.length > 0 ? unroll : 1;
        // results outlive the pass
        for (int i : results) frame.rowValue[i] = asm.newLocal();
        int keep = asm.mark();
        int[][] sums = new int[copies][body.size()];
        for (int i : results) {
            for (int c = 0; c < copies; c++) {
                sums[c][i] = asm.newLocal();
                asm.load(reductions.identity((RowReduce) body.get(i)));
                code.astore(sums[c][i]);
            }
        }
        int element = asm.newLocal();
        code.iconst_0().istore(element);
        if (copies > 1) vectors(p, element, copies, sums);
        vectors(p, element, 1, sums);
        if (frame.nest.hasTail()) tail(p, element, sums);
        for (int i : results) reductions.finish((RowReduce) body.get(i), i, sums);
        asm.release(results.length > 0 ? keep : mark);
    }

    private void vectors(int p, int element, int copies, int[][] sums) {
        int step = copies * asm.lanes;
        int done = copies == 1 && sums.length > 1 ? loop.inner() / (sums.length * asm.lanes) * sums.length * asm.lanes : 0;
        int end = loop.inner() / step * step;
        if (!frame.nest.isRagged() && end == done) return;
        int limit = -1;
        if (frame.nest.isRagged()) {
            limit = asm.newLocal();
            code.iload(frame.length).loadConstant(-step).iand().istore(limit);
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
        if (frame.nest.isRagged()) code.iload(element).iload(frame.length).if_icmpge(none);
        int mark = asm.mark();
        vector(p, new Lanes(element, 0, frame.tailMask, offsets(p, element)), sums[0]);
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
                    if (plan.level(i) == p + 1) reductions.accumulate(r, frame.value(r.arg(), at.values), at.mask, sums[i]);
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
        if (plan.isKept(i) && p != plan.home(i)) {
            if (plan.keptPlace(i) >= 0) plainLoad(plan.keptPlace(i), frame.placePointer[plan.keptPlace(i)], at);
            else scratchLoad(body.get(i).type(), plan.keptRow(i), at);
            at.values[i] = asm.store();
            return;
        }
        switch (body.get(i)) {
            case Load l -> elementLoad(i, l.place(), frame.placePointer[l.place()], at);
            case GatherLoad g -> elementLoad(i, g.place(), frame.gatherPointer[i], at);
            case Index x -> {
                int step = (int) (long) x.strides().getLast();
                asm.species(INTS);
                code.lload(frame.indexPointer[i]).l2i().iload(at.element);
                if (at.ahead != 0) code.loadConstant(at.ahead).iadd();
                code.loadConstant(step).imul().iadd();
                asm.broadcast(INTS);
                asm.then(INTS, "add", asm.ramp(step));
            }
            case Apply a -> rows.apply(i, a, at.values);
            default -> throw new AssertionError(body.get(i));
        }
        at.values[i] = asm.store();
        if (plan.keptPlace(i) >= 0) plainStore(plan.keptPlace(i), at.values[i], at);
        else if (plan.isKept(i)) scratchStore(body.get(i).type(), at.values[i], plan.keptRow(i), at);
    }

    private void elementLoad(int i, int place, int pointer, Lanes at) {
        Integer staged = frame.stagedRow.get(i);
        if (staged != null) scratchLoad(body.get(i).type(), staged, at);
        else plainLoad(place, pointer, at);
    }

    private void plainLoad(int place, int pointer, Lanes at) {
        DType memory = loop.places().get(place).dtype();
        transfers.load(memory, Frame.MEMORY, () -> at.push(pointer, memory.bytes()), at.mask);
    }

    private void plainStore(int place, int value, Lanes at) {
        DType memory = loop.places().get(place).dtype();
        transfers.store(memory, value, Frame.MEMORY, () -> at.push(frame.placePointer[place], memory.bytes()), at.mask);
    }

    private void elementStore(int i, Store s, Lanes at) {
        int value = frame.value(s.value(), at.values);
        Integer staged = frame.stagedRow.get(i);
        if (staged != null) scratchStore(body.get(s.value()).type(), value, staged, at);
        else plainStore(s.place(), value, at);
    }

    private void addToColumns(ColumnReduce c, Lanes at) {
        int pointer = reductions.columnPointer(c.place());
        DType type = loop.places().get(c.place()).dtype();
        ClassDesc vector = type == DType.I32 ? INTS : FLOATS;
        transfers.load(type, Frame.MEMORY, () -> at.push(pointer, 4), at.mask);
        asm.then(vector, "add", frame.value(c.value(), at.values));
        int sum = asm.store();
        transfers.store(type, sum, Frame.MEMORY, () -> at.push(pointer, 4), at.mask);
    }

    /** A whole vector of a scratch row; truth values lie there as ints. */
    private void scratchLoad(DType type, int scratchRow, Lanes at) {
        DType memory = type == DType.F32 || type == DType.BF16 ? DType.F32 : DType.I32;
        transfers.load(memory, Frame.SCRATCH, () -> scratchAddress(scratchRow, at), -1);
        if (type == DType.BOOL) asm.compare(INTS, asm.store(), "NE", asm.constant(0));
    }

    private void scratchStore(DType type, int value, int scratchRow, Lanes at) {
        int from = value;
        if (type == DType.BOOL) {
            formulas.number(type, DType.I32, value);
            from = asm.store();
        }
        DType memory = type == DType.F32 || type == DType.BF16 ? DType.F32 : DType.I32;
        transfers.store(memory, from, Frame.SCRATCH, () -> scratchAddress(scratchRow, at), -1);
    }

    private void scratchAddress(int scratchRow, Lanes at) {
        at.pushOffset(4);
        if (scratchRow > 0) code.loadConstant(scratchRow * frame.rowBytes()).ladd();
    }
}
