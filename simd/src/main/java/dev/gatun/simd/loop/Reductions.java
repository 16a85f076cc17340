package dev.gatun.simd.loop;

import static dev.gatun.simd.loop.Asm.INTS;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.schedule.Loop.ColumnReduce;
import dev.gatun.graph.schedule.Loop.Instr;
import dev.gatun.graph.schedule.Loop.RowReduce;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.Map;

/** Writes the arithmetic of reductions: of a row to one value, and of rows to sums of columns. */
final class Reductions {
    private final Frame frame;
    private final Asm asm;
    private final CodeBuilder code;
    private final Map<Integer, Integer> columnPointer = new HashMap<>();

    Reductions(Frame frame) {
        this.frame = frame;
        this.asm = frame.asm;
        this.code = frame.code;
    }

    int identity(RowReduce r) {
        if (r.type() == DType.I32) return asm.constant(r.kind() == Reduce.Kind.SUM ? 0 : Integer.MIN_VALUE);
        return asm.constant((float) r.kind().identity());
    }

    void accumulate(RowReduce r, int value, int mask, int sum) {
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
    void finish(RowReduce r, int i, int[][] sums) {
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
        code.astore(frame.rowValue[i]);
    }

    /** Each task starts its row of column sums at zero. */
    void clearColumns() {
        for (Instr x : frame.body) {
            if (!(x instanceof ColumnReduce c)) continue;
            Place p = frame.loop.places().get(c.place());
            int pointer = asm.newLong();
            columnPointer.put(c.place(), pointer);
            code.aload(Frame.BASES).loadConstant(c.place()).laload();
            code.iload(Frame.TASK).i2l().loadConstant(p.strides().getFirst() * p.dtype().bytes()).lmul().ladd().lstore(pointer);
            asm.load(Frame.MEMORY);
            code.lload(pointer).loadConstant(frame.loop.inner() * 4L);
            code.invokestatic(ClassDesc.of(Staging.class.getName()), "clear", MethodTypeDesc.of(CD_void, Asm.MEMORY, CD_long, CD_long));
        }
    }

    /** Local of the address of the task's row of sums. */
    int columnPointer(int place) {
        return columnPointer.get(place);
    }
}
