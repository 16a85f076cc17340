package dev.gatun.simd.loop;

import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Equal;
import dev.gatun.graph.ops.Less;
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

/** Checks that a loop obeys its grammar, before code is made of it. */
final class LoopCheck {
    private final Loop loop;
    private final boolean[] row;
    private int at;

    private LoopCheck(Loop loop) {
        this.loop = loop;
        this.row = new boolean[loop.body().size()];
    }

    /**
     * Refuses a loop that breaks a rule.
     *
     * @throws IllegalArgumentException naming the loop, the instruction and the rule
     */
    static void check(Loop loop) {
        new LoopCheck(loop).run();
    }

    private void run() {
        require(loop.domain().rank() >= 1, "the domain needs an inner dimension");
        require(loop.rowsPerTask() >= 1, "a task needs at least one row");
        require(loop.lastInner() >= 1 && loop.lastInner() <= loop.inner(), "the last row is longer than the others");
        require(loop.domain().elements() / loop.inner() <= 1 << 30, "more rows than an int counts");
        for (at = 0; at < loop.body().size(); at++) {
            Instr x = loop.body().get(at);
            check(x);
            row[at] = switch (x) {
                case Load l -> stride(l.place()) == 0;
                case GatherLoad g -> stride(g.place()) == 0;
                case Const _, RowReduce _ -> true;
                case Index i -> i.strides().getLast() == 0;
                case Apply a -> a.args().stream().allMatch(i -> row[i]);
                case Store _, ColumnReduce _ -> false;
            };
        }
    }

    private void check(Instr x) {
        switch (x) {
            case Load l -> memory(l.place(), l.type());
            case GatherLoad g -> {
                memory(g.place(), g.type());
                require(type(g.index()) == DType.I32 && row[g.index()], "the index must be an i32 row value");
            }
            case Const _ -> {}
            case Index i -> require(i.strides().size() == loop.domain().rank(), "one stride for each dimension");
            case Apply a -> apply(a);
            case RowReduce r -> {
                require(type(r.arg()) == compute(r.type()) && r.type() != DType.BOOL, "reduces numbers of its own type");
            }
            case Store s -> {
                memory(s.place(), type(s.value()));
                boolean one = stride(s.place()) != 0 || row[s.value()] || loop.inner() == 1;
                require(one, "an element value needs a place with an inner stride");
            }
            case ColumnReduce c -> columns(c);
        }
    }

    private void columns(ColumnReduce c) {
        require(c.place() >= 0 && c.place() < loop.places().size(), "no place " + c.place());
        Place p = loop.places().get(c.place());
        DType type = type(c.value());
        require(type == p.dtype() && (type == DType.F32 || type == DType.I32), "column sums lie in f32 or i32");
        boolean shaped = p.shape().rank() == 2 && p.shape().dim(0) == loop.tasks() && p.shape().dim(1) == loop.inner();
        require(shaped && p.innerStride() == 1, "column sums need a place [tasks, inner], dense along the row");
    }

    private void memory(int place, DType value) {
        require(place >= 0 && place < loop.places().size(), "no place " + place);
        Place p = loop.places().get(place);
        require(p.strides().size() == loop.domain().rank(), "place " + p + " needs the rank of the domain");
        require(compute(p.dtype()) == compute(value), "memory of " + p.dtype() + " holds no " + value);
    }

    private void apply(Apply a) {
        require(a.args().size() == a.op().arity(), "takes " + a.op().arity() + " operands");
        int first = a.op() instanceof Select ? 1 : 0;
        for (int k = first; k < a.args().size(); k++) {
            require(type(a.args().get(k)) == type(a.args().get(first)), "operands differ in type");
        }
        require(first == 0 || type(a.args().getFirst()) == DType.BOOL, "the condition must be a truth value");
        DType result = switch (a.op()) {
            case Less _, Equal _ -> DType.BOOL;
            case Cast c -> compute(c.to());
            default -> type(a.args().get(first));
        };
        require(compute(a.type()) == result, "gives " + result);
    }

    private DType type(int i) {
        require(i >= 0 && i < at, "operand " + i + " is not an earlier instruction");
        Instr x = loop.body().get(i);
        require(!(x instanceof Store) && !(x instanceof ColumnReduce), "operand " + i + " has no value");
        return compute(x.type());
    }

    private static DType compute(DType t) {
        return t == DType.BF16 ? DType.F32 : t;
    }

    private long stride(int place) {
        return loop.places().get(place).innerStride();
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            String what = at < loop.body().size() ? "instruction " + at + ", " + loop.body().get(at) : "the domain";
            throw new IllegalArgumentException("loop " + loop.label() + " (" + loop.source() + "): " + what + ": " + rule);
        }
    }
}
