package dev.gatun.runtime;

import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.CachedAttention;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Dropout;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.LogSoftmax;
import dev.gatun.graph.ops.MaskedAttention;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.RandomUniform;
import dev.gatun.graph.ops.RmsNorm;
import dev.gatun.graph.ops.Rotary;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.Silu;
import dev.gatun.graph.ops.SoftCrossEntropy;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.StoreRows;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One row of the table that every op is tested by: forward and gradient, on every backend, against the reference and
 * against finite differences.
 *
 * @param name op and size
 * @param inputs operand types; i32 ones get indices below {@code bound}
 * @param low smallest random value
 * @param high largest random value
 * @param bound exclusive bound of random indices
 * @param body the op
 */
record OpCase(String name, List<TensorType> inputs, double low, double high, int bound, Body body) {
    /** The op under test. */
    interface Body {
        Tensor apply(List<Tensor> x);
    }

    private static final int[] SIZES = {1, 2, 7, 15, 16, 17, 31, 33, 64, 100, 1023};

    @Override
    public String toString() {
        return name;
    }

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        for (int n : SIZES) {
            pointwise(cases, n);
            rows(cases, n);
        }
        views(cases);
        products(cases);
        tables(cases);
        SpatialCases.add(cases);
        ScanCases.add(cases);
        return cases;
    }

    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    private static TensorType i32(int... dims) {
        return TensorType.of(DType.I32, dims);
    }

    private static void unary(List<OpCase> cases, String name, int n, double low, double high, Body body) {
        cases.add(new OpCase(name + " " + n, List.of(f32(3, n)), low, high, 0, body));
    }

    private static void binary(List<OpCase> cases, String name, int n, Body body) {
        cases.add(new OpCase(name + " " + n, List.of(f32(3, n), f32(n)), 0.5, 2, 0, body));
    }

    private static void pointwise(List<OpCase> cases, int n) {
        unary(cases, "neg", n, -3, 3, x -> x.getFirst().neg());
        unary(cases, "abs", n, 0.1, 3, x -> x.getFirst().sub(x.getFirst().mul(3)).abs());
        unary(cases, "exp", n, -5, 5, x -> x.getFirst().exp());
        unary(cases, "log", n, 0.1, 9, x -> x.getFirst().log());
        unary(cases, "sqrt", n, 0.1, 9, x -> x.getFirst().sqrt());
        unary(cases, "rsqrt", n, 0.1, 9, x -> x.getFirst().rsqrt());
        unary(cases, "tanh", n, -4, 4, x -> x.getFirst().tanh());
        unary(cases, "erf", n, -3, 3, x -> x.getFirst().erf());
        unary(cases, "sin", n, -9, 9, x -> x.getFirst().sin());
        unary(cases, "cos", n, -9, 9, x -> x.getFirst().cos());
        unary(cases, "sigmoid", n, -6, 6, x -> x.getFirst().sigmoid());
        unary(cases, "relu", n, 0.1, 3, x -> x.getFirst().sub(x.getFirst().mul(2)).relu().add(x.getFirst().relu()));
        unary(cases, "gelu tanh", n, -4, 4, x -> Gelu.of(x.getFirst()));
        unary(cases, "gelu erf", n, -4, 4, x -> x.getFirst().apply(new Gelu(false)));
        unary(cases, "silu", n, -4, 4, x -> Silu.of(x.getFirst()));
        unary(cases, "cast", n, -9, 9, x -> x.getFirst().mul(x.getFirst().cast(DType.I32).cast(DType.F32)));
        binary(cases, "add", n, x -> x.get(0).add(x.get(1)));
        binary(cases, "sub", n, x -> x.get(0).sub(x.get(1)));
        binary(cases, "mul", n, x -> x.get(0).mul(x.get(1)));
        binary(cases, "div", n, x -> x.get(0).div(x.get(1)));
        binary(cases, "max", n, x -> x.get(0).max(x.get(1)));
        binary(cases, "min", n, x -> x.get(0).min(x.get(1)));
        binary(cases, "select", n, x -> Tensor.select(
                x.get(0).less(x.get(1)).not().or(x.get(0).equal(x.get(1))), x.get(0).mul(2), x.get(1)));
        cases.add(new OpCase("bias gelu residual " + n, List.of(f32(3, n), f32(n), f32(3, n)), -2, 2, 0,
                x -> Gelu.of(x.get(0).add(x.get(1))).add(x.get(2))));
    }

    private static void rows(List<OpCase> cases, int n) {
        unary(cases, "sum last", n, -2, 2, x -> x.getFirst().sumLast());
        unary(cases, "sum all", n, -2, 2, x -> x.getFirst().sumAll());
        unary(cases, "sum rows", n, -2, 2, x -> x.getFirst().sum(List.of(0)));
        unary(cases, "max last", n, -2, 2, x -> x.getFirst().maxLast());
        unary(cases, "softmax", n, -4, 4, x -> Softmax.of(x.getFirst()));
        unary(cases, "log softmax", n, -4, 4, x -> LogSoftmax.of(x.getFirst()));
        unary(cases, "mean square", n, -2, 2, x -> x.getFirst().mul(x.getFirst()).mean());
        cases.add(new OpCase("layer norm " + n, List.of(f32(2, 3, n), f32(n), f32(n)), -2, 2, 0,
                x -> LayerNorm.of(x.get(0), x.get(1), x.get(2), 1e-1)));
        cases.add(new OpCase("rms norm " + n, List.of(f32(5, n), f32(n)), -2, 2, 0,
                x -> RmsNorm.of(x.get(0), x.get(1), 1e-1)));
        cases.add(new OpCase("cross entropy " + n, List.of(f32(2, 3, n), i32(2, 3)), -3, 3, n,
                x -> CrossEntropy.mean(x.get(0), x.get(1))));
        cases.add(new OpCase("smoothed cross entropy " + n, List.of(f32(2, 3, n), i32(2, 3)), -3, 3, n,
                x -> x.get(0).apply(new CrossEntropy(0.2), x.get(1))));
        cases.add(new OpCase("soft cross entropy " + n, List.of(f32(2, 3, n), f32(2, 3, n)), -1, 1, 0,
                x -> SoftCrossEntropy.mean(x.get(0).mul(3), x.get(1))));
        cases.add(new OpCase("many rows to one " + n, List.of(f32(300, n)), -1, 1, 0, x -> x.getFirst().sum(List.of(0))));
        cases.add(new OpCase("middle axis " + n, List.of(f32(3, 5, n)), -1, 1, 0, x -> x.getFirst().sum(List.of(1))));
        cases.add(new OpCase("outer and inner axes " + n, List.of(f32(3, 5, n)), -1, 1, 0, x -> x.getFirst().sum(List.of(0, 2))));
    }

    private static void views(List<OpCase> cases) {
        cases.add(new OpCase("transpose", List.of(f32(5, 17)), -2, 2, 0, x -> x.getFirst().transpose(1, 0).exp()));
        cases.add(new OpCase("transpose 4", List.of(f32(2, 3, 5, 7)), -2, 2, 0, x -> x.getFirst().transpose(0, 2, 1, 3).mul(2)));
        cases.add(new OpCase("transposed sum", List.of(f32(5, 17), f32(17, 5)), -2, 2, 0,
                x -> x.get(0).transpose(1, 0).add(x.get(1)).sumLast()));
        cases.add(new OpCase("reshape of transpose", List.of(f32(4, 6)), -2, 2, 0, x -> x.getFirst().exp().transpose(1, 0).reshape(3, 8)));
        cases.add(new OpCase("slice", List.of(f32(5, 40)), -2, 2, 0, x -> x.getFirst().slice(1, 3, 20).mul(x.getFirst().slice(1, 20, 37))));
        cases.add(new OpCase("split", List.of(f32(3, 33)), -2, 2, 0, x -> {
            List<Tensor> p = x.getFirst().exp().split(1, 3);
            return p.get(0).mul(p.get(2)).add(p.get(1));
        }));
        cases.add(new OpCase("unused part", List.of(f32(3, 33)), -2, 2, 0, x -> x.getFirst().split(1, 3).get(1).exp()));
        cases.add(new OpCase("concat", List.of(f32(3, 5), f32(3, 17)), -2, 2, 0, x -> Tensor.concat(1, List.of(x.get(0), x.get(1).exp(), x.get(0)))));
        cases.add(new OpCase("concat rows", List.of(f32(3, 5), f32(2, 5)), -2, 2, 0, x -> Tensor.concat(0, List.of(x.get(0), x.get(1))).tanh()));
        cases.add(new OpCase("pad", List.of(f32(3, 5)), -2, 2, 0, x -> x.getFirst().apply(new Pad(1, 2, 3)).mul(3)));
        cases.add(new OpCase("broadcast middle", List.of(f32(3, 1, 5), f32(3, 4, 5)), -2, 2, 0, x -> x.get(0).exp().mul(x.get(1))));
        cases.add(new OpCase("outer product", List.of(f32(7, 1), f32(9)), -2, 2, 0, x -> x.get(0).exp().mul(x.get(1).exp())));
        cases.add(new OpCase("scalar", List.of(f32(), f32(3, 5)), 0.5, 2, 0, x -> x.get(0).exp().mul(x.get(1)).sumAll().log()));
        cases.add(new OpCase("iota", List.of(f32(3, 5)), -2, 2, 0, x -> x.getFirst().mul(Tensor.iota(Shape.of(3, 5), 1).cast(DType.F32))));
        cases.add(new OpCase("rotary", List.of(f32(2, 9, 3, 8)), -2, 2, 0, x -> Rotary.of(x.getFirst(), 10_000)));
        cases.add(new OpCase("identity", List.of(f32(2, 9)), -2, 2, 0, x -> x.getFirst().reshape(9, 2)));
    }

    private static void products(List<OpCase> cases) {
        int[][] shapes = {{1, 1, 1}, {2, 3, 4}, {15, 16, 17}, {33, 31, 1}, {1, 100, 65}, {64, 64, 64}, {13, 129, 70}};
        for (int[] s : shapes) {
            for (int t = 0; t < 4; t++) {
                boolean ta = (t & 1) != 0;
                boolean tb = (t & 2) != 0;
                TensorType a = ta ? f32(s[1], s[0]) : f32(s[0], s[1]);
                TensorType b = tb ? f32(s[2], s[1]) : f32(s[1], s[2]);
                cases.add(new OpCase("matmul " + List.of(s[0], s[1], s[2]) + (ta ? " ta" : "") + (tb ? " tb" : ""),
                        List.of(a, b), -1, 1, 0, x -> x.get(0).apply(new MatMul(ta, tb), x.get(1))));
            }
        }
        cases.add(new OpCase("batched matmul", List.of(f32(2, 3, 5, 7), f32(2, 3, 7, 4)), -1, 1, 0, x -> x.get(0).matmul(x.get(1))));
        cases.add(new OpCase("matmul of views", List.of(f32(2, 5, 3, 7), f32(2, 4, 3, 7)), -1, 1, 0,
                x -> x.get(0).transpose(0, 2, 1, 3).apply(new MatMul(false, true), x.get(1).transpose(0, 2, 1, 3))));
        cases.add(new OpCase("linear with bias", List.of(f32(2, 5, 8), f32(8, 12), f32(12)), -1, 1, 0,
                x -> Gelu.of(x.get(0).matmul(x.get(1)).add(x.get(2)))));
        cases.add(new OpCase("linear with residual", List.of(f32(2, 5, 8), f32(8, 12), f32(12), f32(2, 5, 12)), -1, 1, 0,
                x -> x.get(3).add(x.get(0).matmul(x.get(1)).add(x.get(2)))));
        cases.add(new OpCase("linear, exact gelu, residual", List.of(f32(33, 17), f32(17, 65), f32(65), f32(33, 65)), -1, 1, 0,
                x -> x.get(0).matmul(x.get(1)).add(x.get(2)).apply(new Gelu(false)).add(x.get(3))));
        cases.add(new OpCase("transposed linear with relu", List.of(f32(300, 40), f32(600, 40), f32(600)), 0.1, 1, 0,
                x -> x.get(0).matmulTransposed(x.get(1)).add(x.get(2)).relu()));
        for (int time : new int[] {1, 2, 17, 40}) {
            for (boolean causal : new boolean[] {false, true}) {
                TensorType q = f32(2, time, 3, 8);
                cases.add(new OpCase("attention " + time + (causal ? " causal" : ""), List.of(q, q, q), -1, 1, 0,
                        x -> Attention.of(x.get(0), x.get(1), x.get(2), causal)));
            }
        }
        for (int keyHeads : new int[] {1, 2}) {
            cases.add(new OpCase("attention of 4 heads, " + keyHeads + " of keys", List.of(f32(2, 17, 4, 8), f32(2, 17, keyHeads, 8), f32(2, 17, keyHeads, 8)),
                    -1, 1, 0, x -> Attention.of(x.get(0), x.get(1), x.get(2), true)));
        }
        for (int[] s : new int[][] {{1, 1, 3, 3, 8}, {2, 1, 4, 2, 33}, {2, 5, 6, 1, 17}, {1, 19, 2, 2, 64}}) {
            TensorType q = f32(s[0], s[1], s[2], s[4]);
            TensorType kept = f32(2, s[1] + 22, s[3], s[4]);
            cases.add(new OpCase("cached attention " + Arrays.toString(s), List.of(q, kept, kept, i32(s[0])), -1, 1, 22,
                    x -> CachedAttention.of(x.get(0), x.get(1), x.get(2), Tensor.iota(Shape.of(s[0]), 0), x.get(3))));
        }
        cases.add(new OpCase("cached attention of one projection", List.of(f32(2, 3, 64), f32(4, 9, 2, 8), f32(4, 9, 2, 8), i32(2)), -1, 1, 4, x -> {
            List<Tensor> p = x.getFirst().split(2, List.of(32, 16, 16));
            Tensor position = x.get(3);
            Tensor keys = StoreRows.of(x.get(1), p.get(1).reshape(2, 3, 2, 8), Tensor.iota(Shape.of(2), 0), position);
            Tensor values = StoreRows.of(x.get(2), p.get(2).reshape(2, 3, 2, 8), Tensor.iota(Shape.of(2), 0), position);
            return CachedAttention.of(p.get(0).reshape(2, 3, 4, 8), keys, values, Tensor.iota(Shape.of(2), 0), position);
        }));
        for (int m : new int[] {1, 3, 4, 7, 8}) {
            cases.add(new OpCase("few rows " + m, List.of(f32(m, 133), f32(133, 259)), -1, 1, 0, x -> x.get(0).matmul(x.get(1))));
            cases.add(new OpCase("few rows, transposed " + m, List.of(f32(m, 133), f32(259, 133)), -1, 1, 0,
                    x -> x.get(0).matmulTransposed(x.get(1))));
            cases.add(new OpCase("few rows, bias, gelu, residual " + m, List.of(f32(m, 133), f32(133, 259), f32(259), f32(m, 259)), -1, 1, 0,
                    x -> Gelu.of(x.get(0).matmul(x.get(1)).add(x.get(2))).add(x.get(3))));
        }
        cases.add(new OpCase("few rows with relu", List.of(f32(2, 1200), f32(1200, 40), f32(40)), -1, 1, 0,
                x -> x.get(0).matmul(x.get(1)).add(x.get(2)).relu()));
        for (int time : new int[] {1, 5, 17}) {
            cases.add(new OpCase("masked attention " + time, List.of(f32(3, time, 4, 8), f32(3, time, 2, 8), f32(3, time, 2, 8), i32(3, time)), -1, 1, 2,
                    x -> MaskedAttention.of(x.get(0), x.get(1), x.get(2), x.get(3))));
        }
        cases.add(new OpCase("attention of one projection", List.of(f32(2, 9, 48)), -1, 1, 0, x -> {
            List<Tensor> p = x.getFirst().split(2, 3);
            Tensor y = Attention.of(p.get(0).reshape(2, 9, 2, 8), p.get(1).reshape(2, 9, 2, 8), p.get(2).reshape(2, 9, 2, 8), true);
            return y.reshape(2, 9, 16);
        }));
    }

    private static void tables(List<OpCase> cases) {
        cases.add(new OpCase("gather", List.of(f32(11, 5), i32(3, 4)), -1, 1, 11, x -> x.get(0).gather(x.get(1))));
        cases.add(new OpCase("gather of scalars", List.of(f32(11), i32(3, 4)), -1, 1, 11, x -> x.get(0).gather(x.get(1)).exp()));
        cases.add(new OpCase("gather from a computed table", List.of(f32(11, 5), i32(3, 4)), -1, 1, 11,
                x -> x.get(0).exp().gather(x.get(1))));
        cases.add(new OpCase("gather from a computed table of the same size", List.of(f32(12, 5), i32(3, 4)), -1, 1, 12,
                x -> x.get(0).exp().gather(x.get(1)).reshape(12, 5).add(x.get(0).exp())));
        cases.add(new OpCase("gather from a reshaped norm", List.of(f32(2, 6, 33), f32(33), i32(1)), -1, 1, 12,
                x -> RmsNorm.of(x.get(0), x.get(1), 1e-1).reshape(12, 33).gather(x.get(2))));
        cases.add(new OpCase("gather from a transposed table", List.of(f32(5, 11), i32(3, 4)), -1, 1, 11,
                x -> x.get(0).transpose(1, 0).gather(x.get(1))));
        cases.add(new OpCase("embedding with positions", List.of(f32(11, 33), i32(3, 4), f32(4, 33)), -1, 1, 11,
                x -> x.get(0).gather(x.get(1)).add(x.get(2))));
        cases.add(new OpCase("scatter add", List.of(f32(3, 4, 17), i32(3, 4)), -1, 1, 6,
                x -> x.get(1).apply(new ScatterAdd(6), x.get(0))));
        cases.add(new OpCase("store rows", List.of(f32(3, 9, 2, 5), f32(2, 4, 2, 5), i32(2)), -1, 1, 6,
                x -> StoreRows.of(x.get(0), x.get(1), Tensor.iota(Shape.of(2), 0), x.get(2)).mul(2)));
        cases.add(new OpCase("store one row", List.of(f32(1, 9, 33), f32(1, 1, 33), i32(1)), -1, 1, 9,
                x -> StoreRows.of(x.get(0), x.get(1), Tensor.iota(Shape.of(1), 0), x.get(2)).exp()));
        cases.add(new OpCase("rotary from a start", List.of(f32(2, 9, 3, 8), i32(2)), -2, 2, 50, x -> Rotary.of(x.get(0), x.get(1), 10_000)));
        cases.add(new OpCase("random", List.of(f32(3, 33), i32(2)), -1, 1, 99,
                x -> x.get(0).mul(x.get(1).apply(new RandomUniform(Shape.of(3, 33), 5)))));
        cases.add(new OpCase("dropout", List.of(f32(3, 33), i32(2)), -1, 1, 99, x -> x.get(0).apply(new Dropout(0.4, 1), x.get(1))));
        cases.add(new OpCase("reduce to maximum of products", List.of(f32(3, 33), f32(3, 33)), -1, 1, 0,
                x -> x.get(0).mul(x.get(1)).maxLast()));
        cases.add(new OpCase("reduce to maxima of columns", List.of(f32(2, 23, 5)), -1, 1, 0, x -> x.get(0).max(List.of(1)).mul(2)));
        cases.add(new OpCase("reduce to maxima of images", List.of(f32(3, 4, 6, 17)), -1, 1, 0, x -> x.get(0).max(List.of(0, 2))));
    }
}
