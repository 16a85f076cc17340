package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Maxima and means over windows. */
final class PoolingOperators {
    private PoolingOperators() {}

    static List<Operator> list() {
        return List.of(
                new Operator("MaxPool", 1, 1, 1, c -> List.of(max(c))),
                new Operator("AveragePool", 1, 1, 1, c -> List.of(average(c))),
                new Operator("GlobalAveragePool", 1, 1, 1, c -> List.of(global(c, false))),
                new Operator("GlobalMaxPool", 1, 1, 1, c -> List.of(global(c, true))));
    }

    private static Windows windows(Call c) {
        List<Integer> kernel = c.ints("kernel_shape", null);
        c.require(kernel != null, "attribute kernel_shape is missing");
        Windows win = Windows.of(c, c.in(0), kernel);
        c.require(win.isDense(), "dilated pooling is not supported");
        return win;
    }

    private static Tensor pool(Tensor x, Pooling.Kind kind, Windows win, List<Integer> padding) {
        return x.apply(new Pool2d(kind, win.kernel(), win.strides(), padding));
    }

    private static Value max(Call c) {
        c.require(!c.wants(1), "the result Indices is not supported");
        Windows win = windows(c);
        Tensor x = Windows.images(c.in(0));
        if (c.flag("ceil_mode", false)) win = win.rounded(x);
        Tensor y = win.isSymmetric() && win.isInside()
                ? pool(x, Pooling.Kind.MAX, win, win.before())
                : pool(win.padded(x, Double.NEGATIVE_INFINITY), Pooling.Kind.MAX, win, List.of(0, 0));
        return Windows.result(c.in(0), y);
    }

    /** A mean; where windows reach outside, the mean of the padded images over the mean of what counts as an element. */
    private static Value average(Call c) {
        Windows given = windows(c);
        Tensor x = Windows.images(c.in(0));
        boolean padCounts = c.flag("count_include_pad", false);
        Windows win = c.flag("ceil_mode", false) ? given.rounded(x) : given;
        Tensor y;
        if (win.isSymmetric() && win.equals(given) && win.isInside()) {
            boolean all = padCounts || win.before().equals(List.of(0, 0));
            y = pool(x, all ? Pooling.Kind.AVERAGE : Pooling.Kind.AVERAGE_INSIDE, win, win.before());
        } else {
            Tensor ones = Tensor.full(x.dtype(), Shape.of(1, x.shape().dim(1), x.shape().dim(2), 1), 1);
            Tensor weight = pool(padCounts ? win.padded(ones, given) : win.padded(ones, 0), Pooling.Kind.AVERAGE, win, List.of(0, 0));
            y = pool(win.padded(x, 0), Pooling.Kind.AVERAGE, win, List.of(0, 0)).div(weight);
        }
        return Windows.result(c.in(0), y);
    }

    private static Value global(Call c, boolean max) {
        Value x = c.in(0);
        c.require(x.rank() >= 3, "needs [N,C,...], got " + x.dims());
        boolean last = x.isChannelsLast();
        Tensor t = last ? x.channelsLast() : x.tensor();
        List<Integer> axes = last ? List.of(1, 2) : IntStream.range(2, x.rank()).boxed().toList();
        double count = axes.stream().mapToDouble(t.shape()::dim).reduce(1, (a, b) -> a * b);
        Tensor y = max ? t.max(axes) : t.sum(axes).mul(1 / count);
        List<Integer> dims = new ArrayList<>(List.of(x.dim(0), x.dim(1)));
        while (dims.size() < x.rank()) dims.add(1);
        return Value.of(y.reshape(new Shape(dims)));
    }
}
