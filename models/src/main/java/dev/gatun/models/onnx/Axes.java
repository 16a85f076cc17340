package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Rearrangements along axes that several operators share. */
final class Axes {
    /** Longest table of indices that is laid down in a graph. */
    private static final int LONGEST = 1 << 22;

    private Axes() {}

    /** The order that swaps an axis with the last one; it undoes itself. */
    static Integer[] swap(int axis, int rank) {
        Integer[] order = IntStream.range(0, rank).boxed().toArray(Integer[]::new);
        order[axis] = rank - 1;
        order[rank - 1] = axis;
        return order;
    }

    /** The order that brings an axis to the front. */
    static Integer[] front(int axis, int rank) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        order.add(0, order.remove(axis));
        return order.toArray(Integer[]::new);
    }

    /** Elements at given places along an axis, in the order given; a plain slice where they follow each other. */
    static Tensor take(Call c, Tensor x, int axis, long[] places) {
        c.require(places.length > 0, "nothing is taken along axis " + axis + ": tensors without elements are not supported");
        c.require(places.length <= LONGEST, "more than " + LONGEST + " places along axis " + axis);
        boolean run = IntStream.range(1, places.length).allMatch(i -> places[i] == places[i - 1] + 1);
        if (run) {
            int from = (int) places[0];
            return places.length == x.shape().dim(axis) ? x : x.slice(axis, from, from + places.length);
        }
        Integer[] order = front(axis, x.shape().rank());
        Tensor rows = x.transpose(order).gather(c.constant(Literal.ints(places)));
        return rows.transpose(inverse(order));
    }

    static Integer[] inverse(Integer[] order) {
        Integer[] inverse = new Integer[order.length];
        for (int i = 0; i < order.length; i++) inverse[order[i]] = i;
        return inverse;
    }

    /** Elements of one value before and behind, along an axis. */
    static Tensor pad(Tensor x, int axis, int before, int after, double value) {
        if (before == 0 && after == 0) return x;
        if (value == 0 && x.dtype().isFloating()) return x.apply(new Pad(axis, before, after));
        List<Tensor> parts = new ArrayList<>();
        if (before > 0) parts.add(Tensor.full(x.dtype(), x.shape().with(axis, before), value));
        parts.add(x);
        if (after > 0) parts.add(Tensor.full(x.dtype(), x.shape().with(axis, after), value));
        return Tensor.concat(axis, parts);
    }

    /** The shape that two lists of sizes broadcast to. */
    static Shape broadcast(Call c, List<Integer> a, List<Integer> b) {
        return Shape.broadcast(c.shape(a), c.shape(b));
    }
}
