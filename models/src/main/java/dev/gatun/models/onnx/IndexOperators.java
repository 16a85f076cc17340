package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Elements chosen by index. Indices that the graph computes are held within the table; given ones are checked. */
final class IndexOperators {
    private IndexOperators() {}

    static List<Operator> list() {
        return List.of(
                Operator.of("Gather", 2, IndexOperators::gather),
                Operator.of("GatherElements", 2, IndexOperators::gatherElements),
                Operator.of("OneHot", 3, IndexOperators::oneHot));
    }

    private static Tensor gather(Call c) {
        Value data = c.in(0);
        Value index = c.in(1);
        int axis = c.axis(c.integer("axis", 0), data.rank());
        int size = data.dim(axis);
        c.require(index.dtype() == DType.I32, "indices must be integers");
        Literal known = index.isFoldable() ? index.literal() : null;
        if (known != null && index.rank() <= 1) {
            long[] places = places(c, known, size);
            Tensor taken = Axes.take(c, data.tensor(), axis, places);
            if (index.rank() == 1) return taken;
            List<Integer> dims = new ArrayList<>(data.dims());
            dims.remove(axis);
            return taken.reshape(new Shape(dims));
        }
        Tensor at = known != null ? c.constant(new Literal(DType.I32, known.dims(), null, places(c, known, size)))
                : c.isChecked(1) ? index.tensor() : within(index.tensor(), size);
        if (axis == 0) return data.tensor().gather(at);
        Integer[] front = Axes.front(axis, data.rank());
        Tensor rows = data.tensor().transpose(front).gather(at); // (index..., rest...)
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < axis; i++) order.add(index.rank() + i);
        for (int i = 0; i < index.rank(); i++) order.add(i);
        for (int i = axis; i < data.rank() - 1; i++) order.add(index.rank() + i);
        return rows.transpose(order.toArray(Integer[]::new));
    }

    /** Known indices, counted from the front. */
    private static long[] places(Call c, Literal index, int size) {
        return Arrays.stream(index.integers()).map(i -> {
            c.require(i >= -size && i < size, "index " + i + " does not lie in an axis of size " + size);
            return i < 0 ? i + size : i;
        }).toArray();
    }

    /** Indices counted from the front and held in {@code 0..size-1}. */
    private static Tensor within(Tensor index, int size) {
        Tensor counted = Tensor.select(index.less(index.zero()), index.add(size), index);
        return PointwiseOperators.clamp(counted, 0, size - 1);
    }

    /** Each element's place in the flattened data, then one gather. */
    private static Tensor gatherElements(Call c) {
        Tensor x = c.x(0);
        Tensor index = c.x(1);
        c.require(index.dtype() == DType.I32, "indices must be integers");
        c.require(index.shape().rank() == x.shape().rank(), "indices must have the data's rank");
        int axis = c.axis(c.integer("axis", 0), x.shape().rank());
        List<Long> strides = x.shape().strides();
        c.require(x.type().elements() <= Integer.MAX_VALUE, "more elements than 32 bits can count");
        Tensor place = within(index, x.shape().dim(axis)).mul(strides.get(axis));
        for (int d = 0; d < x.shape().rank(); d++) {
            c.require(d == axis || index.shape().dim(d) <= x.shape().dim(d), "indices reach beyond dimension " + d);
            if (d != axis) place = place.add(Tensor.iota(index.shape(), d).mul(strides.get(d)));
        }
        return x.reshape((int) x.type().elements()).gather(place);
    }

    private static Tensor oneHot(Call c) {
        Value index = c.in(0);
        int depth = (int) c.knownNumber(1, 0);
        Tensor values = c.x(2);
        c.require(depth >= 1, "a depth of " + depth);
        c.require(values.shape().equals(Shape.of(2)), "values must be [off, on]");
        int axis = c.axis(c.integer("axis", -1), index.rank() + 1);
        List<Integer> dims = new ArrayList<>(index.dims());
        dims.add(axis, 1);
        Tensor at = index.tensor().cast(DType.I32).reshape(new Shape(dims));
        Shape shape = at.shape().with(axis, depth);
        Tensor counted = Tensor.select(at.less(at.zero()), at.add(depth), at);
        Tensor hit = Tensor.iota(shape, axis).equal(counted.broadcast(shape));
        return Tensor.select(hit, values.slice(0, 1, 2).broadcast(shape), values.slice(0, 0, 1).broadcast(shape));
    }
}
