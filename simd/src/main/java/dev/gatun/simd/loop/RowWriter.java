package dev.gatun.simd.loop;

import static dev.gatun.simd.loop.Asm.INTS;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.gatun.graph.ops.Exp;
import dev.gatun.graph.ops.Pointwise;
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
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** Writes what a row does once: its row values, the stores of them, addresses of gathered rows and copies of staged ones. */
final class RowWriter {
    private final Frame frame;
    private final Loop loop;
    private final List<Instr> body;
    private final PassPlan plan;
    private final Asm asm;
    private final CodeBuilder code;
    private final Formulas formulas;
    private final Transfers transfers;

    RowWriter(Frame frame, Formulas formulas, Transfers transfers) {
        this.frame = frame;
        this.loop = frame.loop;
        this.body = frame.body;
        this.plan = frame.plan;
        this.asm = frame.asm;
        this.code = frame.code;
        this.formulas = formulas;
        this.transfers = transfers;
    }

    /** Row values and row stores that wait for {@code level} reductions; addresses and copies that pass needs. */
    void level(int level) {
        for (int i = 0; i < body.size(); i++) {
            if (plan.level(i) != level) continue;
            Instr x = body.get(i);
            if (x instanceof GatherLoad g) gatherAddress(i, g);
            if (frame.stagedRow.containsKey(i) && x instanceof Load l) {
                stage("pack", l.place(), frame.placePointer[l.place()], frame.stagedRow.get(i));
            } else if (frame.stagedRow.containsKey(i) && x instanceof GatherLoad g) {
                stage("pack", g.place(), frame.gatherPointer[i], frame.stagedRow.get(i));
            }
            boolean store = x instanceof Store s && plan.isRowStore(s);
            if (store || plan.isRow(i) && !plan.isInvariant(i)) instruction(i);
        }
    }

    /** Copies what passes stored to scratch rows to where it belongs. */
    void unstage() {
        frame.stagedRow.forEach((i, scratchRow) -> {
            if (body.get(i) instanceof Store s) stage("unpack", s.place(), frame.placePointer[s.place()], scratchRow);
        });
    }

    private void gatherAddress(int i, GatherLoad g) {
        Place p = loop.places().get(g.place());
        frame.gatherPointer[i] = asm.newLong();
        code.lload(frame.placePointer[g.place()]);
        asm.load(frame.rowValue[g.index()]);
        asm.firstLane(INTS);
        code.i2l().loadConstant(g.stride() * p.dtype().bytes()).lmul().ladd().lstore(frame.gatherPointer[i]);
    }

    private void stage(String what, int place, int pointer, int scratchRow) {
        Place p = loop.places().get(place);
        String kind = switch (p.dtype()) {
            case F32, I32 -> "Words";
            case BF16 -> "Halves";
            case BOOL -> "Bytes";
        };
        boolean pack = what.equals("pack");
        asm.load(Frame.MEMORY);
        code.lload(pointer).loadConstant(p.innerStride() * p.dtype().bytes());
        asm.load(Frame.SCRATCH);
        code.loadConstant(scratchRow * frame.rowBytes());
        if (frame.nest.isRagged()) code.iload(frame.length);
        else code.loadConstant(loop.inner());
        MethodTypeDesc type = MethodTypeDesc.of(CD_void, Asm.MEMORY, CD_long, CD_long, Asm.MEMORY, CD_long, CD_int);
        code.invokestatic(ClassDesc.of(Staging.class.getName()), (pack ? "pack" : "unpack") + kind, type);
    }

    void instruction(int i) {
        switch (body.get(i)) {
            case Const c -> frame.rowValue[i] = constant(c);
            case Load l -> {
                DType memory = loop.places().get(l.place()).dtype();
                transfers.loadScalar(memory, Frame.MEMORY, () -> code.lload(frame.placePointer[l.place()]));
                frame.rowValue[i] = asm.store();
            }
            case GatherLoad g -> {
                transfers.loadScalar(loop.places().get(g.place()).dtype(), Frame.MEMORY, () -> code.lload(frame.gatherPointer[i]));
                frame.rowValue[i] = asm.store();
            }
            case Index _ -> {
                asm.species(INTS);
                code.lload(frame.indexPointer[i]).l2i();
                asm.broadcast(INTS);
                frame.rowValue[i] = asm.store();
            }
            case Apply a -> {
                if (!plan.isFused(i)) {
                    apply(i, a, frame.rowValue);
                    frame.rowValue[i] = asm.store();
                }
            }
            case Store s -> {
                DType memory = loop.places().get(s.place()).dtype();
                transfers.storeScalar(memory, frame.rowValue[s.value()], Frame.MEMORY, () -> code.lload(frame.placePointer[s.place()]));
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

    void apply(int i, Apply a, int[] values) {
        Pointwise op = a.op();
        for (int k = 0; k < a.args().size(); k++) {
            if (plan.isFused(a.args().get(k))) {
                List<Integer> factors = ((Apply) body.get(a.args().get(k))).args();
                int other = frame.value(a.args().get(1 - k), values);
                formulas.multiplyAdd(frame.value(factors.get(0), values), frame.value(factors.get(1), values), other);
                return;
            }
        }
        int[] x = a.args().stream().mapToInt(arg -> frame.value(arg, values)).toArray();
        DType type = body.get(a.args().get(op instanceof Select ? 1 : 0)).type();
        if (op instanceof Exp && plan.isBelowMaximum(a.args().getFirst())) formulas.expOfNegative(x[0]);
        else formulas.write(op, type, x);
    }
}
