package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Sums, extremes and the like over axes, and running sums. */
final class ReductionOperators {
    /** Longest axis of a running sum, which is a product with a triangular matrix. */
    private static final int LONGEST_SUM = 8192;

    private ReductionOperators() {}

    /** Reduces axes, which stay with size 1. */
    private interface Reduction {
        Tensor of(Tensor x, List<Integer> axes);
    }

    static List<Operator> list() {
        return List.of(
                reduce("ReduceSum", Tensor::sum),
                reduce("ReduceMean", (x, axes) -> x.sum(axes).mul(1 / count(x, axes))),
                reduce("ReduceMax", Tensor::max),
                reduce("ReduceMin", (x, axes) -> x.neg().max(axes).neg()),
                reduce("ReduceProd", ReductionOperators::product),
                reduce("ReduceL1", (x, axes) -> x.abs().sum(axes)),
                reduce("ReduceL2", (x, axes) -> x.mul(x).sum(axes).sqrt()),
                reduce("ReduceSumSquare", (x, axes) -> x.mul(x).sum(axes)),
                reduce("ReduceLogSum", (x, axes) -> x.sum(axes).log()),
                reduce("ReduceLogSumExp", ReductionOperators::logSumExp),
                Operator.of("ArgMax", 1, c -> extreme(c, c.x(0))),
                Operator.of("ArgMin", 1, c -> extreme(c, c.x(0).neg())),
                Operator.of("CumSum", 2, ReductionOperators::runningSum));
    }

    private static Operator reduce(String name, Reduction reduction) {
        return new Operator(name, 1, 1, 2, c -> List.of(reduce(c, reduction)));
    }

    private static Value reduce(Call c, Reduction reduction) {
        Value x = c.in(0);
        List<Integer> axes = c.knownInts(1, "axes");
        if (axes == null || axes.isEmpty()) {
            if (c.flag("noop_with_empty_axes", false)) return x;
            axes = IntStream.range(0, x.rank()).boxed().toList();
        }
        axes = c.axes(axes, x.rank()).stream().sorted().toList();
        boolean keep = c.flag("keepdims", true);
        if (x.isChannelsLast() && axes.equals(List.of(2, 3))) { // pooling: no need to turn the images
            Tensor y = reduction.of(x.channelsLast(), List.of(1, 2));
            return keep ? Value.channelsLast(y) : Value.of(y.reshape(x.dim(0), x.dim(1)));
        }
        Tensor y = reduction.of(x.tensor(), axes);
        return Value.of(keep ? y : y.reshape(without(x.dims(), axes)));
    }

    private static Shape without(List<Integer> dims, List<Integer> axes) {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < dims.size(); i++) {
            if (!axes.contains(i)) left.add(dims.get(i));
        }
        return new Shape(left);
    }

    private static double count(Tensor x, List<Integer> axes) {
        return axes.stream().mapToDouble(x.shape()::dim).reduce(1, (a, b) -> a * b);
    }

    private static Tensor logSumExp(Tensor x, List<Integer> axes) {
        Tensor max = x.max(axes);
        return x.sub(max).exp().sum(axes).log().add(max);
    }

    /** A product by halves: each step multiplies the first half of an axis by the second. */
    private static Tensor product(Tensor x, List<Integer> axes) {
        for (int axis : axes) {
            for (int n = x.shape().dim(axis); n > 1; n = x.shape().dim(axis)) {
                Tensor p = x.slice(axis, 0, n / 2).mul(x.slice(axis, n / 2, n / 2 * 2));
                x = n % 2 == 0 ? p : Tensor.concat(axis, List.of(p, x.slice(axis, n - 1, n)));
            }
        }
        return x;
    }

    /** Index of the largest element along an axis: the largest of the numbers that stand where the maximum is. */
    private static Tensor extreme(Call c, Tensor x) {
        int axis = c.axis(c.integer("axis", 0), x.shape().rank());
        boolean lastOne = c.flag("select_last_index", false);
        int n = x.shape().dim(axis);
        Tensor hit = x.equal(x.max(List.of(axis)));
        Tensor index = Tensor.iota(x.shape(), axis);
        Tensor rank = lastOne ? index : index.neg().add(n - 1);
        Tensor best = Tensor.select(hit, rank, index.zero()).max(List.of(axis));
        Tensor y = lastOne ? best : best.neg().add(n - 1);
        return c.flag("keepdims", true) ? y : y.reshape(without(x.shape().dims(), List.of(axis)));
    }

    private static Tensor runningSum(Call c) {
        Tensor x = c.x(0);
        int axis = c.axis((int) c.knownNumber(1, 0), x.shape().rank());
        int n = x.shape().dim(axis);
        c.require(n <= LONGEST_SUM, "a running sum over " + n + " elements; at most " + LONGEST_SUM + " are supported");
        Tensor row = Tensor.iota(Shape.of(n, n), 0);
        Tensor column = Tensor.iota(Shape.of(n, n), 1);
        boolean back = c.flag("reverse", false);
        Tensor before = back ? column.less(row) : row.less(column);
        Tensor counts = c.flag("exclusive", false) ? before : before.or(row.equal(column));
        Integer[] order = Axes.swap(axis, x.shape().rank());
        Tensor rows = x.cast(DType.F32).transpose(order);
        Tensor sums = MatrixOperators.product(rows, counts.cast(DType.F32)).transpose(order);
        return sums.cast(x.dtype());
    }
}
