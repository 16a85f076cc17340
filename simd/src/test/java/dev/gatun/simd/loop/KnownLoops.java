package dev.gatun.simd.loop;

import dev.gatun.graph.ops.*;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.types.DType;
import java.util.ArrayList;
import java.util.List;

/** Loops that training steps are made of. */
final class KnownLoops {
    private KnownLoops() {}

    /** One of each, rows of n. */
    static List<Loop> all(int n) {
        List<Loop> loops = new ArrayList<>();
        loops.add(softmax(5, n));
        loops.add(softmaxOver(5, n, false));
        loops.add(softmaxOver(5, n, true));
        loops.add(layerNorm(5, n));
        loops.add(layerNormGrad(7, n, 3));
        loops.add(crossEntropy(5, n));
        loops.add(gelu(6, n, DType.BF16));
        loops.add(gelu(6, n, DType.F32));
        loops.add(adam(4, n, Math.max(1, n / 2), 3));
        loops.add(embedding(2, 3, n));
        loops.add(transpose(2, 5, n));
        loops.add(broadcast(2, 3, 4, n));
        loops.add(partials(6, n, Math.max(1, n - 5)));
        loops.add(stridedTypes(3, n));
        loops.add(columns(9, n, 4));
        return loops;
    }

    static Loop softmax(int rows, int n) {
        LoopBuilder b = new LoopBuilder(rows, n).rowsPerTask(2);
        int x = b.load(b.dense(DType.F32));
        int m = b.max(x);
        int e = b.apply(new Exp(), b.apply(new Sub(), x, m));
        int s = b.sum(e);
        b.store(DType.F32, b.apply(new Div(), e, s));
        return b.build();
    }

    /** Over its own operand, which a residual needs until the end. */
    static Loop softmaxOver(int rows, int n, boolean residual) {
        LoopBuilder b = new LoopBuilder(rows, n).rowsPerTask(2);
        int place = b.dense(DType.F32);
        int x = b.load(place);
        int e = b.apply(new Exp(), b.apply(new Sub(), x, b.max(x)));
        int p = b.apply(new Mul(), e, b.apply(new Div(), b.constant(1), b.sum(e)));
        b.store(place, residual ? b.apply(new Add(), p, x) : p);
        return b.build();
    }

    static Loop layerNorm(int rows, int n) {
        LoopBuilder b = new LoopBuilder(rows, n).rowsPerTask(Math.min(rows, 64));
        int x = b.load(b.dense(DType.F32));
        int mean = b.apply(new Mul(), b.sum(x), b.constant(1.0 / n));
        int d = b.apply(new Sub(), x, mean);
        int var = b.apply(new Mul(), b.sum(b.apply(new Mul(), d, d)), b.constant(1.0 / n));
        int r = b.apply(new Rsqrt(), b.apply(new Add(), var, b.constant(1e-5)));
        int y = b.apply(new Mul(), b.apply(new Mul(), d, r), b.load(b.vector(DType.F32)));
        int z = b.apply(new Add(), y, b.load(b.vector(DType.F32)));
        b.store(b.perRow(DType.F32), mean);
        b.store(b.perRow(DType.F32), r);
        b.store(DType.F32, z);
        return b.build();
    }

    static Loop layerNormGrad(int rows, int n, int rowsPerTask) {
        LoopBuilder b = new LoopBuilder(rows, n).rowsPerTask(rowsPerTask);
        int x = b.load(b.dense(DType.F32));
        int g = b.load(b.dense(DType.F32));
        int gamma = b.load(b.vector(DType.F32));
        int mean = b.load(b.perRow(DType.F32));
        int r = b.load(b.perRow(DType.F32));
        int h = b.apply(new Mul(), b.apply(new Sub(), x, mean), r);
        int gg = b.apply(new Mul(), g, gamma);
        int a = b.apply(new Mul(), b.sum(gg), b.constant(1.0 / n));
        int c = b.apply(new Mul(), b.sum(b.apply(new Mul(), gg, h)), b.constant(1.0 / n));
        int t = b.apply(new Sub(), b.apply(new Sub(), gg, a), b.apply(new Mul(), h, c));
        b.store(DType.F32, b.apply(new Mul(), t, r));
        b.columns(b.apply(new Mul(), g, h));
        b.columns(g);
        return b.build();
    }

    /** Loss of each row and its gradient. */
    static Loop crossEntropy(int rows, int n) {
        LoopBuilder b = new LoopBuilder(rows, n).rowsPerTask(Math.min(rows, 32));
        int x = b.load(b.dense(DType.F32));
        int label = b.load(b.perRow(DType.I32));
        int scale = b.load(b.scalar(DType.F32));
        int m = b.max(x);
        int d = b.apply(new Sub(), x, m);
        int e = b.apply(new Exp(), d);
        int s = b.sum(e);
        int hit = b.apply(new Equal(), DType.BOOL, b.index(0, 1), label);
        int picked = b.sum(b.apply(new Select(), hit, d, b.constant(0)));
        b.store(b.perRow(DType.F32), b.apply(new Sub(), b.apply(new Log(), s), picked));
        int p = b.apply(new Div(), e, s);
        int q = b.apply(new Sub(), p, b.apply(new Select(), hit, b.constant(1), b.constant(0)));
        b.store(DType.F32, b.apply(new Mul(), q, scale));
        return b.build();
    }

    /** {@code gelu(x + bias) + residual}, the tanh form. */
    static Loop gelu(int rows, int n, DType memory) {
        LoopBuilder b = new LoopBuilder(rows, n).rowsPerTask(Math.min(rows, 64));
        int x = b.apply(new Add(), b.load(b.dense(memory)), b.load(b.vector(memory)));
        int cube = b.apply(new Mul(), b.apply(new Mul(), x, x), x);
        int inner = b.apply(new Add(), x, b.apply(new Mul(), cube, b.constant(0.044715)));
        int t = b.apply(new Tanh(), b.apply(new Mul(), inner, b.constant(Math.sqrt(2 / Math.PI))));
        int half = b.apply(new Mul(), x, b.constant(0.5));
        int y = b.apply(new Mul(), half, b.apply(new Add(), t, b.constant(1)));
        b.store(memory, b.apply(new Add(), y, b.load(b.dense(memory))));
        return b.build();
    }

    /** Places: parameter, gradient, first and second moment, step size, all updated in place. */
    static Loop adam(int rows, int n, int last, int rowsPerTask) {
        LoopBuilder b = new LoopBuilder(rows, n).lastInner(last).rowsPerTask(rowsPerTask);
        int pp = b.dense(DType.F32);
        int pg = b.dense(DType.F32);
        int pm = b.dense(DType.F32);
        int pv = b.dense(DType.F32);
        int rate = b.load(b.scalar(DType.F32));
        int p = b.load(pp);
        int g = b.load(pg);
        int m = b.load(pm);
        int v = b.apply(new Abs(), b.load(pv));
        int m1 = b.apply(new Add(), b.apply(new Mul(), m, b.constant(0.9)), b.apply(new Mul(), g, b.constant(0.1)));
        int g2 = b.apply(new Mul(), b.apply(new Mul(), g, g), b.constant(0.001));
        int v1 = b.apply(new Add(), b.apply(new Mul(), v, b.constant(0.999)), g2);
        int root = b.apply(new Add(), b.apply(new Sqrt(), v1), b.constant(1e-2));
        int step = b.apply(new Mul(), b.apply(new Div(), m1, root), rate);
        int decayed = b.apply(new Mul(), p, b.constant(0.99));
        b.store(pm, m1);
        b.store(pv, v1);
        b.store(pp, b.apply(new Sub(), decayed, step));
        return b.build();
    }

    static Loop embedding(int batch, int length, int n) {
        LoopBuilder b = new LoopBuilder(batch, length, n).rowsPerTask(4);
        int token = b.load(b.perRow(DType.I32));
        int row = b.gather(b.place(DType.F32, 0, 0, 1), token, n);
        int position = b.load(b.place(DType.F32, 0, n, 1));
        b.store(DType.F32, b.apply(new Add(), row, position));
        int scalar = b.gather(b.place(DType.F32, 0, 0, 0), token, 1);
        b.store(DType.F32, b.apply(new Add(), row, scalar));
        return b.build();
    }

    static Loop transpose(int batch, int rows, int n) {
        LoopBuilder b = new LoopBuilder(batch, rows, n).rowsPerTask(3);
        int x = b.load(b.place(DType.F32, (long) rows * n, 1, rows));
        b.store(DType.F32, x);
        b.store(b.place(DType.F32, (long) rows * n, 1, rows), b.apply(new Neg(), x));
        return b.build();
    }

    static Loop broadcast(int a, int c, int d, int n) {
        LoopBuilder b = new LoopBuilder(a, c, d, n).rowsPerTask(5);
        int x = b.load(b.dense(DType.F32));
        int y = b.load(b.place(DType.F32, 0, n, 0, 1));
        int z = b.load(b.place(DType.F32, 1, 0, a, 0));
        int i = b.apply(new Cast(DType.F32), b.index(1, 10, 100, 1000));
        b.store(DType.F32, b.apply(new Add(), b.apply(new Add(), b.apply(new Mul(), x, y), z), i));
        return b.build();
    }

    /** Sum and maximum of each row of a flat domain. */
    static Loop partials(int rows, int n, int last) {
        LoopBuilder b = new LoopBuilder(rows, n).lastInner(last).rowsPerTask(2);
        int x = b.load(b.dense(DType.F32));
        int i = b.load(b.dense(DType.I32));
        b.store(b.perRow(DType.F32), b.sum(b.apply(new Mul(), x, x)));
        b.store(b.perRow(DType.F32), b.max(x));
        b.store(b.perRow(DType.I32), b.sum(i));
        b.store(b.perRow(DType.I32), b.max(i));
        b.store(b.perRow(DType.F32), b.sum(b.load(b.scalar(DType.F32))));
        return b.build();
    }

    /** Every element type with a gap between elements, and once a row. */
    static Loop stridedTypes(int rows, int n) {
        LoopBuilder b = new LoopBuilder(rows, n).rowsPerTask(2);
        for (DType t : DType.values()) {
            int x = b.load(b.place(t, 3L * n, 3));
            b.store(b.place(t, 2L * n, 2), x);
            b.store(t, x);
            int y = b.load(b.perRow(t));
            b.store(t, y);
            b.store(b.perRow(t), y);
        }
        return b.build();
    }

    static Loop columns(int rows, int n, int rowsPerTask) {
        LoopBuilder b = new LoopBuilder(rows, n).rowsPerTask(rowsPerTask);
        int x = b.load(b.dense(DType.F32));
        b.columns(b.apply(new Mul(), x, b.load(b.perRow(DType.F32))));
        b.columns(b.load(b.dense(DType.I32)));
        return b.build();
    }
}
