package dev.gatun.simd.loop;

import static dev.gatun.simd.loop.Asm.INTS;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Loop.Store;
import dev.gatun.simd.loop.Nest.Walker;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.List;

/**
 * Writes {@link LoopBody#run} of one loop:
 *
 * <pre>
 * idle turns; return if there are no rows
 * column sums = 0; constants; addresses of the task's first row; row values that never change
 * for each row
 *     row values of level 0
 *     for each pass p: vectors of the row, several at a time if it reduces; the rest one at a time; the tail, masked
 *                      row values of level p + 1
 *     step the addresses
 * </pre>
 */
final class BodyWriter {
    private final Frame frame;
    private final Loop loop;
    private final Nest nest;
    private final Asm asm;
    private final CodeBuilder code;
    private final RowWriter rowWriter;
    private final PassWriter passWriter;
    private final Reductions reductions;

    private int row;
    private int rowEnd;
    private int[] position; // locals: outer indices, where more than one dimension is left

    BodyWriter(Frame frame, int unroll) {
        this.frame = frame;
        this.loop = frame.loop;
        this.nest = frame.nest;
        this.asm = frame.asm;
        this.code = frame.code;
        Formulas formulas = new Formulas(asm);
        Transfers transfers = new Transfers(asm);
        rowWriter = new RowWriter(frame, formulas, transfers);
        reductions = new Reductions(frame);
        passWriter = new PassWriter(frame, unroll, formulas, transfers, rowWriter, reductions);
    }

    void write(List<Asm.Constant> constants) {
        knowSegments();
        idle();
        reductions.clearColumns(); // a call: what is in registers would not survive it, so it comes before the constants
        asm.prologue(constants);
        rows();
        pointers();
        for (int i = 0; i < loop.body().size(); i++) {
            if (frame.plan.isInvariant(i) && !(loop.body().get(i) instanceof Store)) rowWriter.instruction(i);
        }
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

    /** Casts that always succeed, for what HotSpot learns from them: see {@link dev.gatun.simd.Segments#known}. */
    private void knowSegments() {
        for (int segment : new int[] {Frame.MEMORY, Frame.SCRATCH}) code.aload(segment).checkcast(Asm.MEMORY).astore(segment);
    }

    /** Turns that do nothing but make HotSpot count: calls without rows get the method compiled in next to no time. */
    private void idle() {
        Label top = code.newLabel();
        Label out = code.newLabel();
        Label work = code.newLabel();
        code.labelBinding(top);
        code.iload(Frame.IDLE).ifle(out);
        code.iinc(Frame.IDLE, -1);
        code.goto_(top);
        code.labelBinding(out);
        code.iload(Frame.COUNT).ifgt(work);
        code.return_();
        code.labelBinding(work);
    }

    private void rows() {
        if (nest.isFlat()) return;
        row = asm.newLocal();
        rowEnd = asm.newLocal();
        code.lload(Frame.FIRST).l2i().istore(row);
        code.iload(row).iload(Frame.COUNT).iadd().istore(rowEnd);
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
                frame.placePointer[w.place()] = pointer;
                code.aload(Frame.BASES).loadConstant(w.place()).laload();
            } else {
                frame.indexPointer[w.instruction()] = pointer;
                code.lconst_0();
            }
            if (nest.isFlat() && w.innerStep() != 0) {
                code.lload(Frame.FIRST).loadConstant(w.innerStep() * frame.unit(w)).lmul().ladd();
            }
            for (int d = 0; d < sizes.size(); d++) {
                if (w.steps()[d] == 0) continue;
                code.iload(position[d]).i2l().loadConstant(w.steps()[d] * frame.unit(w)).lmul().ladd();
            }
            code.lstore(pointer);
        }
    }

    /** Moves on to the next row: like an odometer, inner dimensions first. */
    private void step() {
        int last = nest.sizes().size() - 1;
        if (last < 0) return;
        Label done = code.newLabel();
        for (int d = last; d >= 0; d--) {
            for (Walker w : nest.walkers()) {
                long back = d == last ? 0 : w.steps()[d + 1] * nest.sizes().get(d + 1);
                long by = (w.steps()[d] - back) * frame.unit(w);
                if (by != 0) code.lload(frame.pointer(w)).loadConstant(by).ladd().lstore(frame.pointer(w));
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
        frame.length = Frame.COUNT;
        varyingTail();
    }

    private void raggedLength() {
        if (!nest.isRagged()) {
            int rest = loop.inner() % asm.lanes;
            if (rest != 0) tailMask(() -> code.loadConstant(rest));
            return;
        }
        frame.length = asm.newLocal();
        Label last = code.newLabel();
        code.loadConstant(loop.inner()).istore(frame.length);
        code.iload(row).iload(rowEnd).iconst_1().isub().if_icmpne(last);
        code.iload(Frame.LAST).istore(frame.length);
        code.labelBinding(last);
        varyingTail();
    }

    private void varyingTail() {
        if (nest.hasTail()) tailMask(() -> code.iload(frame.length).loadConstant(asm.lanes - 1).iand());
    }

    private void tailMask(Runnable count) {
        int ramp = asm.ramp(1);
        asm.species(INTS);
        count.run();
        asm.broadcast(INTS);
        int n = asm.store();
        asm.compare(INTS, ramp, "LT", n);
        frame.tailMask = asm.store();
    }

    private void oneRow() {
        int mark = asm.mark();
        for (int p = 0; p < frame.plan.passes(); p++) {
            rowWriter.level(p);
            passWriter.pass(p);
        }
        rowWriter.level(frame.plan.passes());
        rowWriter.unstage();
        asm.release(mark);
    }
}
