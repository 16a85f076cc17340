package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Operators that arrange elements and compute nothing. */
final class LayoutOperators {
    private static final List<Integer> TO_LAST = List.of(0, 2, 3, 1);
    private static final List<Integer> TO_FIRST = List.of(0, 3, 1, 2);

    private LayoutOperators() {}

    static List<Operator> list() {
        return List.of(
                Operator.of("Reshape", 2, LayoutOperators::reshape),
                Operator.of("Flatten", 1, LayoutOperators::flatten),
                new Operator("Transpose", 1, 1, 1, c -> List.of(transpose(c))),
                Operator.of("Squeeze", 1, 2, LayoutOperators::squeeze),
                Operator.of("Unsqueeze", 1, 2, LayoutOperators::unsqueeze),
                new Operator("Concat", 1, 1, Integer.MAX_VALUE, c -> List.of(concat(c))),
                new Operator("Split", 1, 1, 2, LayoutOperators::split),
                Operator.of("Slice", 3, 5, LayoutOperators::slice),
                Operator.of("Expand", 2, c -> c.x(0).broadcast(Axes.broadcast(c, c.in(0).dims(), c.knownInts(1)))),
                Operator.of("Tile", 2, LayoutOperators::tile),
                Operator.of("Pad", 2, 4, LayoutOperators::pad),
                Operator.of("Trilu", 14, 1, 2, LayoutOperators::triangle),
                Operator.of("DepthToSpace", 1, LayoutOperators::depthToSpace),
                Operator.of("SpaceToDepth", 1, LayoutOperators::spaceToDepth));
    }

    private static Tensor reshape(Call c) {
        List<Integer> to = new ArrayList<>(c.knownInts(1));
        List<Integer> from = c.in(0).dims();
        boolean zeros = c.flag("allowzero", false);
        int open = -1;
        long known = 1;
        for (int i = 0; i < to.size(); i++) {
            if (to.get(i) == 0 && !zeros) {
                c.require(i < from.size(), "size 0 at " + i + " copies a dimension that the operand " + from + " lacks");
                to.set(i, from.get(i));
            }
            c.require(to.get(i) >= -1, "a size of " + to.get(i));
            if (to.get(i) == -1) {
                c.require(open < 0, "two sizes of -1 in " + to);
                open = i;
            } else {
                known = Math.multiplyExact(known, (long) to.get(i));
            }
        }
        long elements = elements(from);
        if (open >= 0) {
            c.require(known > 0 && elements % known == 0, elements + " elements cannot take the shape " + to);
            to.set(open, Math.toIntExact(elements / known));
        }
        return c.x(0).reshape(c.shape(to));
    }

    private static long elements(List<Integer> dims) {
        return dims.stream().mapToLong(d -> d).reduce(1, (a, b) -> a * b);
    }

    private static Tensor flatten(Call c) {
        List<Integer> dims = c.in(0).dims();
        int axis = c.integer("axis", 1);
        if (axis != dims.size()) axis = c.axis(axis, dims.size());
        int rows = (int) elements(dims.subList(0, axis));
        return c.x(0).reshape(rows, Math.toIntExact(elements(dims) / rows));
    }

    private static Value transpose(Call c) {
        Value x = c.in(0);
        List<Integer> reversed = IntStream.range(0, x.rank()).map(i -> x.rank() - 1 - i).boxed().toList();
        List<Integer> order = c.ints("perm", reversed);
        if (x.isChannelsLast() && order.equals(TO_LAST)) return Value.of(x.channelsLast());
        if (order.equals(TO_FIRST) && x.rank() == 4) return Value.channelsLast(x.tensor());
        return Value.of(x.tensor().transpose(order.toArray(Integer[]::new)));
    }

    private static Tensor squeeze(Call c) {
        List<Integer> dims = c.in(0).dims();
        List<Integer> given = c.knownInts(1, "axes");
        List<Integer> axes = given == null
                ? IntStream.range(0, dims.size()).filter(i -> dims.get(i) == 1).boxed().toList()
                : c.axes(given, dims.size());
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < dims.size(); i++) {
            if (!axes.contains(i)) left.add(dims.get(i));
            else c.require(dims.get(i) == 1, "axis " + i + " of " + dims + " is not of size 1");
        }
        return c.x(0).reshape(c.shape(left));
    }

    private static Tensor unsqueeze(Call c) {
        List<Integer> given = c.knownInts(1, "axes");
        c.require(given != null, "axes are missing");
        int rank = c.in(0).rank() + given.size();
        List<Integer> dims = new ArrayList<>(c.in(0).dims());
        for (int axis : c.axes(given, rank).stream().sorted().toList()) dims.add(axis, 1);
        return c.x(0).reshape(c.shape(dims));
    }

    private static Value concat(Call c) {
        List<Value> parts = c.operands().stream().filter(v -> v == null || elements(v.dims()) > 0).toList();
        c.require(!parts.isEmpty() && !parts.contains(null), "needs operands with elements");
        c.require(c.hasAttribute("axis"), "attribute axis is missing");
        int axis = c.axis(c.integer("axis", 0), parts.getFirst().rank());
        boolean last = axis == 1 && parts.stream().anyMatch(Value::isChannelsLast) && parts.stream().allMatch(v -> v.rank() == 4);
        return last
                ? Value.channelsLast(Tensor.concat(3, parts.stream().map(Value::channelsLast).toList()))
                : Value.of(Tensor.concat(axis, parts.stream().map(Value::tensor).toList()));
    }

    private static List<Value> split(Call c) {
        Value x = c.in(0);
        int axis = c.axis(c.integer("axis", 0), x.rank());
        int size = x.dim(axis);
        List<Integer> sizes = c.knownInts(1, "split");
        if (sizes == null) {
            int parts = c.hasAttribute("num_outputs") ? c.integer("num_outputs", 1) : c.results();
            c.require(parts >= 1 && parts <= size, "axis " + axis + " of size " + size + " has no " + parts + " parts");
            int each = (size + parts - 1) / parts;
            sizes = new ArrayList<>(Collections.nCopies(parts - 1, each));
            sizes.add(size - each * (parts - 1));
        }
        c.require(sizes.stream().allMatch(s -> s > 0), "parts without elements are not supported: " + sizes);
        c.require(sizes.size() >= c.results(), "has " + c.results() + " results for " + sizes.size() + " parts");
        boolean last = x.isChannelsLast() && axis == 1;
        List<Tensor> parts = last ? x.channelsLast().split(3, sizes) : x.tensor().split(axis, sizes);
        return parts.stream().map(last ? Value::channelsLast : Value::of).toList();
    }

    private static Tensor slice(Call c) {
        List<Integer> starts = c.knownInts(1);
        List<Integer> ends = c.knownInts(2);
        List<Integer> dims = c.in(0).dims();
        List<Integer> axes = c.has(3) ? c.knownInts(3) : IntStream.range(0, starts.size()).boxed().toList();
        List<Integer> steps = c.has(4) ? c.knownInts(4) : Collections.nCopies(starts.size(), 1);
        c.require(ends.size() == starts.size() && axes.size() == starts.size() && steps.size() == starts.size(),
                "starts, ends, axes and steps differ in length");
        List<Integer> counted = c.axes(axes, dims.size());
        Tensor x = c.x(0);
        for (int i = 0; i < starts.size(); i++) {
            int axis = counted.get(i);
            x = Axes.take(c, x, axis, places(c, starts.get(i), ends.get(i), steps.get(i), dims.get(axis)));
        }
        return x;
    }

    /** The indices that a slice names, by NumPy's rule. */
    private static long[] places(Call c, long start, long end, long step, int size) {
        c.require(step != 0, "a step of 0");
        long first = start < 0 ? start + size : start;
        long stop = end < 0 ? end + size : end;
        if (step > 0) {
            first = Math.clamp(first, 0, size);
            stop = Math.clamp(stop, 0, size);
        } else {
            first = Math.clamp(first, -1, size - 1);
            stop = Math.clamp(stop, -1, size - 1);
        }
        long count = Math.max(0, (stop - first + step - Long.signum(step)) / step);
        long from = first;
        return LongStream.range(0, count).map(i -> from + i * step).toArray();
    }

    private static Tensor tile(Call c) {
        List<Integer> repeats = c.knownInts(1);
        List<Integer> dims = c.in(0).dims();
        c.require(repeats.size() == dims.size(), repeats.size() + " repeats for " + dims.size() + " dimensions");
        List<Integer> apart = new ArrayList<>();
        List<Integer> stretched = new ArrayList<>();
        List<Integer> joined = new ArrayList<>();
        for (int i = 0; i < dims.size(); i++) {
            apart.addAll(List.of(1, dims.get(i)));
            stretched.addAll(List.of(repeats.get(i), dims.get(i)));
            joined.add(Math.multiplyExact(repeats.get(i), dims.get(i)));
        }
        c.require(repeats.stream().allMatch(r -> r > 0), "repeats must be positive: " + repeats);
        return c.x(0).reshape(new Shape(apart)).broadcast(c.shape(stretched)).reshape(c.shape(joined));
    }

    private static Tensor pad(Call c) {
        Tensor x = c.x(0);
        int rank = x.shape().rank();
        List<Integer> pads = c.knownInts(1);
        List<Integer> axes = c.has(3) ? c.axes(c.knownInts(3), rank) : IntStream.range(0, rank).boxed().toList();
        c.require(pads.size() == 2 * axes.size(), pads.size() + " paddings for " + axes.size() + " axes");
        String mode = c.text("mode", "constant");
        double value = c.knownNumber(2, 0);
        for (int i = 0; i < axes.size(); i++) {
            int axis = axes.get(i);
            int before = pads.get(i);
            int after = pads.get(i + axes.size());
            int size = x.shape().dim(axis);
            if (mode.equals("constant")) {
                c.require((long) Math.min(before, 0) + Math.min(after, 0) + size > 0, "axis " + axis + " loses all its elements");
                x = x.shape().dim(axis) == size && before >= 0 && after >= 0 ? x : x.slice(axis, Math.max(0, -before), size - Math.max(0, -after));
                x = Axes.pad(x, axis, Math.max(0, before), Math.max(0, after), value);
            } else {
                x = Axes.take(c, x, axis, reflected(c, mode, before, after, size));
            }
        }
        return x;
    }

    private static long[] reflected(Call c, String mode, int before, int after, int size) {
        long length = (long) size + before + after;
        c.require(length > 0 && length <= 1 << 22, "an axis of " + length + " elements");
        boolean fits = before < size && after < size;
        c.require(!mode.equals("reflect") || fits, "a reflection by " + before + " and " + after + " of an axis of size " + size);
        return LongStream.range(-before, size + (long) after).map(i -> switch (mode) {
            case "edge" -> Math.clamp(i, 0, size - 1);
            case "wrap" -> Math.floorMod(i, size);
            case "reflect" -> i < 0 ? -i : i >= size ? 2L * (size - 1) - i : i;
            default -> throw c.error("attribute mode: expected constant, reflect, edge or wrap, found " + mode);
        }).toArray();
    }

    private static Tensor triangle(Call c) {
        Tensor x = c.x(0);
        c.require(x.shape().rank() >= 2, "needs matrices");
        int k = (int) c.knownNumber(1, 0);
        Tensor row = Tensor.iota(x.shape(), -2);
        Tensor column = Tensor.iota(x.shape(), -1);
        Tensor outside = c.flag("upper", true) ? column.less(row.add(k)) : row.add(k).less(column);
        if (x.dtype() == DType.BOOL) return x.and(outside.not());
        return Tensor.select(outside, x.zero(), x);
    }

    private static int block(Call c) {
        int block = c.integer("blocksize", 0);
        c.require(c.in(0).rank() == 4, "needs images [N,C,H,W]");
        c.require(block >= 1, "attribute blocksize must be at least 1, got " + block);
        return block;
    }

    private static Tensor depthToSpace(Call c) {
        int b = block(c);
        Value x = c.in(0);
        c.require(x.dim(1) % ((long) b * b) == 0, x.dim(1) + " channels are not divisible by " + b + " squared");
        int n = x.dim(0);
        int depth = x.dim(1) / (b * b);
        int h = x.dim(2);
        int w = x.dim(3);
        boolean columns = c.text("mode", "DCR").equals("CRD");
        Tensor apart = columns ? x.tensor().reshape(n, depth, b, b, h, w).transpose(0, 1, 4, 2, 5, 3)
                : x.tensor().reshape(n, b, b, depth, h, w).transpose(0, 3, 4, 1, 5, 2);
        return apart.reshape(n, depth, h * b, w * b);
    }

    private static Tensor spaceToDepth(Call c) {
        int b = block(c);
        List<Integer> d = c.in(0).dims();
        c.require(d.get(2) % b == 0 && d.get(3) % b == 0, "rows and columns are not divisible by " + b + ": " + d);
        Tensor apart = c.x(0).reshape(d.get(0), d.get(1), d.get(2) / b, b, d.get(3) / b, b).transpose(0, 3, 5, 1, 2, 4);
        return apart.reshape(d.get(0), Math.toIntExact((long) d.get(1) * b * b), d.get(2) / b, d.get(3) / b);
    }
}
