package dev.gatun.simd.loop;

import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Loop.Instr;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import java.lang.foreign.MemorySegment;
import java.util.TreeMap;

/**
 * Interprets a loop one element at a time in double precision, and once more with every result rounded to f32: how far
 * the two lie apart says how much rounding the loop magnifies.
 */
final class LoopOracle {
    /** What a loop leaves at an address. */
    record Written(DType type, double value, double uncertainty) {}

    private final Loop loop;
    private final MemorySegment before;
    private final long[] bases;

    LoopOracle(Loop loop, MemorySegment before, long[] bases) {
        this.loop = loop;
        this.before = before;
        this.bases = bases;
    }

    TreeMap<Long, Written> run() {
        TreeMap<Long, Written> exact = run(false);
        TreeMap<Long, Written> rounded = run(true);
        exact.replaceAll((a, w) -> {
            double apart = Math.abs(w.value() - rounded.get(a).value());
            return new Written(w.type(), w.value(), Double.isFinite(apart) ? 30 * apart : 0);
        });
        return exact;
    }

    private TreeMap<Long, Written> run(boolean round) {
        TreeMap<Long, Written> out = new TreeMap<>();
        int n = loop.body().size();
        for (int r = 0; r < loop.rows(); r++) {
            int length = r == loop.rows() - 1 ? loop.lastInner() : loop.inner();
            double[][] v = new double[n][length];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < length; j++) step(i, r, j, length, v, round, out);
            }
        }
        return out;
    }

    private long offset(java.util.List<Long> strides, int r, int j) {
        long at = (long) j * strides.getLast();
        int rest = r;
        for (int d = loop.domain().rank() - 2; d >= 0; d--) {
            at += rest % loop.domain().dim(d) * strides.get(d);
            rest /= loop.domain().dim(d);
        }
        return at;
    }

    private double load(int place, int r, int j, long extra) {
        Place p = loop.places().get(place);
        return LoopRun.get(before, p.dtype(), bases[place] + (offset(p.strides(), r, j) + extra) * p.dtype().bytes());
    }

    private void step(int i, int r, int j, int length, double[][] v, boolean round, TreeMap<Long, Written> out) {
        Instr x = loop.body().get(i);
        switch (x) {
            case Loop.Load l -> v[i][j] = load(l.place(), r, j, 0);
            case Loop.GatherLoad g -> v[i][j] = load(g.place(), r, j, (long) v[g.index()][j] * g.stride());
            case Loop.Const c -> v[i][j] = narrow(c.value(), c.type(), true);
            case Loop.Index s -> v[i][j] = offset(s.strides(), r, j);
            case Loop.Apply a -> {
                double[] args = a.args().stream().mapToDouble(k -> v[k][j]).toArray();
                boolean toInt = a.op() instanceof Cast c && c.to() == DType.I32;
                if (toInt) args[0] = (float) args[0];
                v[i][j] = narrow(a.op().apply(args), a.type(), round);
            }
            case Loop.RowReduce s -> {
                if (j > 0) {
                    v[i][j] = v[i][0];
                    return;
                }
                double sum = s.kind().identity();
                for (int k = 0; k < length; k++) sum = s.kind().combine(sum, v[s.arg()][k]);
                v[i][j] = narrow(sum, s.type(), round);
            }
            case Loop.Store s -> {
                Place p = loop.places().get(s.place());
                long a = bases[s.place()] + offset(p.strides(), r, j) * p.dtype().bytes();
                double value = p.dtype() == DType.F32 ? (float) v[s.value()][j] : v[s.value()][j];
                out.put(a, new Written(p.dtype(), value, 0));
            }
            case Loop.ColumnReduce c -> {
                Place p = loop.places().get(c.place());
                int task = r / loop.rowsPerTask();
                long a = bases[c.place()] + task * p.strides().getFirst() * p.dtype().bytes();
                if (j == 0 && r % loop.rowsPerTask() == 0) {
                    for (int k = 0; k < loop.inner(); k++) out.put(a + 4L * k, new Written(p.dtype(), 0, 0));
                }
                double sum = out.get(a + 4L * j).value() + v[c.value()][j];
                out.put(a + 4L * j, new Written(p.dtype(), narrow(sum, c.type(), round), 0));
            }
        }
    }

    private static double narrow(double x, DType type, boolean round) {
        return switch (type) {
            case I32 -> (int) (long) x;
            case BOOL -> x;
            case F32, BF16 -> round ? (float) x : x;
        };
    }
}
