package dev.gatun.simd.loop;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Loop.GatherLoad;
import dev.gatun.graph.schedule.Loop.Instr;
import dev.gatun.graph.schedule.Loop.Load;
import dev.gatun.graph.schedule.Loop.Store;
import dev.gatun.simd.loop.Nest.Walker;
import java.lang.classfile.CodeBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the writers of one body share: the loop and its plan, and which local of {@link LoopBody#run} holds what. */
final class Frame {
    static final int MEMORY = 1;
    static final int SCRATCH = 2;
    static final int BASES = 3;
    static final int FIRST = 4; // long
    static final int COUNT = 6;
    static final int LAST = 7;
    static final int TASK = 8;
    static final int IDLE = 9;
    static final int FIRST_LOCAL = 10;

    final Loop loop;
    final List<Instr> body;
    final PassPlan plan;
    final Nest nest;
    final Asm asm;
    final CodeBuilder code;

    final int[] rowValue; // locals of row values
    final int[] placePointer; // locals (long): byte address of the row under way
    final int[] indexPointer; // locals (long): value of an Index at the row's first element
    final int[] gatherPointer; // locals (long): a GatherLoad's byte address
    final Map<Integer, Integer> stagedRow = new HashMap<>(); // GatherLoad or Load or Store: scratch row
    private final int scratchRows;
    int length = -1; // local: elements of the row, where it varies
    int tailMask = -1; // local: lanes of the row's last vector, where it is not whole

    Frame(Loop loop, PassPlan plan, Nest nest, Asm asm) {
        this.loop = loop;
        this.body = loop.body();
        this.plan = plan;
        this.nest = nest;
        this.asm = asm;
        this.code = asm.code;
        rowValue = new int[body.size()];
        indexPointer = new int[body.size()];
        gatherPointer = new int[body.size()];
        placePointer = new int[loop.places().size()];
        int rows = plan.keptRows();
        for (int i = 0; i < body.size(); i++) {
            int place = body.get(i) instanceof Load l ? l.place() : body.get(i) instanceof GatherLoad g ? g.place() : -1;
            if (body.get(i) instanceof Store s && !plan.isRowStore(s)) place = s.place();
            if (place >= 0 && nest.isStaged(place)) stagedRow.put(i, rows++);
        }
        scratchRows = rows;
    }

    /** Bytes of scratch the code uses. */
    long scratchBytes() {
        return scratchRows * rowBytes();
    }

    long rowBytes() {
        return (loop.inner() + 15L) / 16 * 64;
    }

    /** Local of a value: the row's, or one of {@code values} of a vector. */
    int value(int i, int[] values) {
        return plan.isRow(i) ? rowValue[i] : values[i];
    }

    /** Bytes of one step of a walker; an {@link Loop.Index} counts elements. */
    long unit(Walker w) {
        return w.place() >= 0 ? loop.places().get(w.place()).dtype().bytes() : 1;
    }

    int pointer(Walker w) {
        return w.place() >= 0 ? placePointer[w.place()] : indexPointer[w.instruction()];
    }
}
