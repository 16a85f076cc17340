package dev.gatun.simd.loop;

import dev.gatun.graph.ops.Abs;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.And;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Cos;
import dev.gatun.graph.ops.Div;
import dev.gatun.graph.ops.Equal;
import dev.gatun.graph.ops.Erf;
import dev.gatun.graph.ops.Exp;
import dev.gatun.graph.ops.Less;
import dev.gatun.graph.ops.Log;
import dev.gatun.graph.ops.Max;
import dev.gatun.graph.ops.Min;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Neg;
import dev.gatun.graph.ops.Not;
import dev.gatun.graph.ops.Or;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Rsqrt;
import dev.gatun.graph.ops.Select;
import dev.gatun.graph.ops.Sin;
import dev.gatun.graph.ops.Sqrt;
import dev.gatun.graph.ops.Sub;
import dev.gatun.graph.ops.Tanh;
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
import java.util.BitSet;
import java.util.List;

/**
 * Which pass over a row computes what. A value's level is the number of row reductions it has to wait for: level 0
 * needs none, and pass {@code p} can compute element values of level {@code p} and below. An element value that
 * several passes want is kept by the first when computing it again would cost more; else each pass computes it. It is
 * kept in the row of a result that a later pass writes anyway, where nothing reads that row in between, so that this
 * memory is on its way to the caches while the first pass computes; else in a scratch row.
 */
final class PassPlan {
    /** Vector operations above which a value is kept rather than computed again. */
    private static final int KEEP = 8;
    private static final int HEAVY = 6;

    private final Loop loop;
    private final List<Instr> body;
    private final boolean[] row;
    private final boolean[] invariant;
    private final boolean[] fused;
    private final int[] level;
    private final BitSet[] passesOf;
    private final boolean[] kept;
    private final int[] keptPlace;
    private final int[] keptRow;
    private int keptRows;
    private int passes;

    PassPlan(Loop loop) {
        this.loop = loop;
        this.body = loop.body();
        int n = body.size();
        row = new boolean[n];
        invariant = new boolean[n];
        fused = new boolean[n];
        level = new int[n];
        kept = new boolean[n];
        keptPlace = new int[n];
        keptRow = new int[n];
        passesOf = new BitSet[n];
        for (int i = 0; i < n; i++) {
            passesOf[i] = new BitSet();
            classify(i);
        }
        fuseMultiplyAdd();
        demand();
        for (int i = 0; i < n; i++) {
            keptPlace[i] = kept[i] ? resultFor(i) : -1;
            keptRow[i] = kept[i] && keptPlace[i] < 0 ? keptRows++ : -1;
        }
    }

    // ---- answers

    /** One value a row. */
    boolean isRow(int i) {
        return row[i];
    }

    /** A row value that is the same in all rows. */
    boolean isInvariant(int i) {
        return invariant[i];
    }

    /** A product that the sum using it computes as part of a fused multiply-add. */
    boolean isFused(int i) {
        return fused[i];
    }

    int level(int i) {
        return level[i];
    }

    /** Passes over a row. */
    int passes() {
        return passes;
    }

    /** Whether pass {@code p} computes element value {@code i}, or reads it from its scratch row. */
    boolean inPass(int i, int p) {
        return passesOf[i].get(p);
    }

    /** Whether the first pass that computes element value {@code i} keeps it for others. */
    boolean isKept(int i) {
        return kept[i];
    }

    /** The place whose row keeps element value {@code i}, -1 for none. */
    int keptPlace(int i) {
        return keptPlace[i];
    }

    /** The scratch row that keeps element value {@code i}, -1 for none. */
    int keptRow(int i) {
        return keptRow[i];
    }

    /** The pass that computes a kept value. */
    int home(int i) {
        return passesOf[i].nextSetBit(0);
    }

    int keptRows() {
        return keptRows;
    }

    /** Whether the loop combines elements along rows or columns. */
    boolean reduces() {
        return body.stream().anyMatch(x -> x instanceof RowReduce || x instanceof ColumnReduce);
    }

    /** Whether a value is one less the maximum of its row, as in a softmax: not above 0, or NaN. */
    boolean isBelowMaximum(int i) {
        return body.get(i) instanceof Apply d && d.op() instanceof Sub && body.get(d.args().get(1)) instanceof RowReduce r
                && r.kind() == Reduce.Kind.MAX && r.arg() == d.args().getFirst();
    }

    /** A store that writes once a row. */
    boolean isRowStore(Store s) {
        return loop.places().get(s.place()).innerStride() == 0 && row[s.value()];
    }

    // ---- how they are found

    private void classify(int i) {
        switch (body.get(i)) {
            case Const c -> {
                row[i] = true;
                invariant[i] = true;
            }
            case Load l -> {
                Place p = loop.places().get(l.place());
                row[i] = p.innerStride() == 0;
                invariant[i] = p.strides().stream().allMatch(s -> s == 0);
            }
            case GatherLoad g -> {
                row[i] = loop.places().get(g.place()).innerStride() == 0;
                level[i] = level[g.index()];
            }
            case Index x -> {
                row[i] = x.strides().getLast() == 0;
                invariant[i] = x.strides().stream().allMatch(s -> s == 0);
            }
            case Apply a -> {
                row[i] = a.args().stream().allMatch(x -> row[x]);
                invariant[i] = a.args().stream().allMatch(x -> invariant[x]);
                for (int x : a.args()) level[i] = Math.max(level[i], level[x]);
            }
            case RowReduce r -> {
                row[i] = true;
                level[i] = level[r.arg()] + 1;
                passes = Math.max(passes, level[i]);
            }
            case Store s -> {
                level[i] = level[s.value()];
                if (!isRowStore(s)) passes = Math.max(passes, level[i] + 1);
            }
            case ColumnReduce c -> {
                level[i] = level[c.value()];
                passes = Math.max(passes, level[i] + 1);
            }
        }
    }

    private void fuseMultiplyAdd() {
        int[] uses = new int[body.size()];
        for (Instr x : body) {
            switch (x) {
                case Apply a -> a.args().forEach(i -> uses[i]++);
                case RowReduce r -> uses[r.arg()]++;
                case Store s -> uses[s.value()]++;
                case ColumnReduce c -> uses[c.value()]++;
                case GatherLoad g -> uses[g.index()]++;
                case Load _, Const _, Index _ -> {}
            }
        }
        for (int i = 0; i < body.size(); i++) {
            if (!(body.get(i) instanceof Apply a && a.op() instanceof Add && a.type() != DType.I32)) continue;
            for (int x : a.args()) {
                boolean product = body.get(x) instanceof Apply m && m.op() instanceof Mul;
                if (product && uses[x] == 1 && row[x] == row[i] && invariant[x] == invariant[i]) {
                    fused[x] = true;
                    break;
                }
            }
        }
    }

    private void demand() {
        int[] cost = new int[body.size()];
        for (int i = 0; i < body.size(); i++) cost[i] = cost(i, cost);
        for (int i = body.size() - 1; i >= 0; i--) {
            switch (body.get(i)) {
                case RowReduce r -> passesOf[r.arg()].set(level[r.arg()]);
                case ColumnReduce c -> passesOf[c.value()].set(level[i]);
                case Store s -> {
                    if (!isRowStore(s)) passesOf[s.value()].set(level[i]);
                }
                case Apply a -> {
                    if (row[i]) continue;
                    BitSet wanted = passesOf[i];
                    if (!fused[i] && wanted.cardinality() > 1 && cost[i] > KEEP && a.type() != DType.BOOL) {
                        kept[i] = true;
                        wanted = wanted.get(0, home(i) + 1);
                    }
                    for (int x : a.args()) passesOf[x].or(wanted);
                }
                case Load _, GatherLoad _, Const _, Index _ -> {}
            }
        }
    }

    /** A place that is written after the last use of a kept value, and whose old content nobody needs once it is kept. */
    private int resultFor(int i) {
        int home = home(i);
        for (int k = 0; k < body.size(); k++) {
            boolean loads = !row[k] && (body.get(k) instanceof Load || body.get(k) instanceof GatherLoad);
            if (loads && (passesOf[k].length() - 1 > home || k > i && passesOf[k].get(home))) return -1;
        }
        for (int k = i + 1; k < body.size(); k++) {
            if (!(body.get(k) instanceof Store s) || level[k] < passesOf[i].length() - 1 || body.get(i).type() != DType.F32) continue;
            Place p = loop.places().get(s.place());
            if (p.dtype() == DType.F32 && p.innerStride() == 1 && !isTaken(s.place(), i)) return s.place();
        }
        return -1;
    }

    private boolean isTaken(int place, int before) {
        for (int i = 0; i < before; i++) {
            if (keptPlace[i] == place) return true;
        }
        return false;
    }

    /** Cost of computing a value once more, when values that are themselves dear to compute are kept. */
    private int cost(int i, int[] cost) {
        if (row[i]) return 0;
        if (!(body.get(i) instanceof Apply a)) return 1;
        int sum = cost(a.op());
        for (int x : a.args()) {
            boolean heavy = body.get(x) instanceof Apply y && cost(y.op()) >= HEAVY;
            sum += heavy ? 1 : cost[x];
        }
        return sum;
    }

    private static int cost(Pointwise op) {
        return switch (op) {
            case Abs _, Add _, And _, Cast _, Equal _, Less _, Max _, Min _, Mul _, Neg _, Not _, Or _, Select _, Sub _ -> 1;
            case Div _, Sqrt _ -> HEAVY;
            case Rsqrt _ -> 12;
            case Exp _ -> 16;
            case Tanh _, Log _ -> 20;
            case Erf _ -> 30;
            case Sin _, Cos _ -> 40;
        };
    }
}
