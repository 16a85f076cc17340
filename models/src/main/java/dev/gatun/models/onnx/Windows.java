package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How a kernel moves over images with rows and columns; sequences {@code [N,C,L]} are images of one row.
 *
 * @param kernel rows and columns
 * @param strides steps
 * @param dilations distances of neighbouring kernel elements
 * @param before elements outside, before the first row and column
 * @param after elements outside, behind the last
 */
record Windows(List<Integer> kernel, List<Integer> strides, List<Integer> dilations, List<Integer> before, List<Integer> after) {
    /** The windows that a node's attributes describe over an operand. */
    static Windows of(Call c, Value x, List<Integer> kernel) {
        int n = x.rank() - 2;
        c.require(n == 1 || n == 2, "needs [N,C,L] or [N,C,H,W], got " + x.dims());
        c.require(kernel.size() == n && kernel.stream().allMatch(k -> k > 0), "a kernel of " + kernel + " over " + x.dims());
        List<Integer> strides = positive(c, "strides", n);
        List<Integer> dilations = positive(c, "dilations", n);
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        String auto = c.text("auto_pad", "NOTSET");
        List<Integer> pads = c.ints("pads", List.of());
        c.require(pads.isEmpty() || pads.size() == 2 * n, "attribute pads has " + pads.size() + " entries for " + n + " dimensions");
        c.require(pads.stream().allMatch(p -> p >= 0), "attribute pads must not be negative: " + pads);
        for (int i = 0; i < n; i++) {
            int size = x.dim(i + 2);
            int span = span(kernel.get(i), dilations.get(i));
            int total = Math.max(0, ((size - 1) / strides.get(i)) * strides.get(i) + span - size);
            switch (auto) {
                case "SAME_UPPER", "SAME_LOWER" -> {
                    int less = total / 2;
                    before.add(auto.equals("SAME_UPPER") ? less : total - less);
                    after.add(auto.equals("SAME_UPPER") ? total - less : less);
                }
                case "NOTSET", "VALID", "" -> {
                    boolean given = !pads.isEmpty() && !auto.equals("VALID");
                    before.add(given ? pads.get(i) : 0);
                    after.add(given ? pads.get(i + n) : 0);
                }
                default -> throw c.error("attribute auto_pad: " + auto + " is unknown");
            }
        }
        return new Windows(two(kernel, 1), two(strides, 1), two(dilations, 1), two(before, 0), two(after, 0));
    }

    static int span(int kernel, int dilation) {
        return Math.addExact(Math.multiplyExact(kernel - 1, dilation), 1);
    }

    private static List<Integer> positive(Call c, String name, int n) {
        List<Integer> x = c.ints(name, List.of());
        if (x.isEmpty()) return Collections.nCopies(n, 1);
        c.require(x.size() == n && x.stream().allMatch(i -> i > 0), "attribute " + name + " is " + x + " for " + n + " dimensions");
        return x;
    }

    /** Rows and columns of what has columns only. */
    static List<Integer> two(List<Integer> x, int row) {
        return x.size() == 2 ? List.copyOf(x) : List.of(row, x.getFirst());
    }

    boolean isDense() {
        return dilations.equals(List.of(1, 1));
    }

    /** Whether each window holds an element of the image, whatever is outside. */
    boolean isInside() {
        return before.get(0) < kernel.get(0) && before.get(1) < kernel.get(1);
    }

    boolean isSymmetric() {
        return before.equals(after);
    }

    /** The same with more elements behind, for windows that begin inside and end outside. */
    Windows rounded(Tensor images) {
        List<Integer> more = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int size = images.shape().dim(i + 1);
            int room = size + before.get(i) + after.get(i) - kernel.get(i);
            int count = Math.ceilDiv(room, strides.get(i)) + 1;
            if ((count - 1) * strides.get(i) >= size + before.get(i)) count--;
            more.add(Math.max(0, (count - 1) * strides.get(i) + kernel.get(i) - size - before.get(i)));
        }
        return new Windows(kernel, strides, dilations, before, more);
    }

    /** Images with the elements outside as elements of their own. */
    Tensor padded(Tensor images, double value) {
        for (int i = 0; i < 2; i++) images = Axes.pad(images, i + 1, before.get(i), after.get(i), value);
        return images;
    }

    /** Ones with ones outside as far as the attributes say, and zeros beyond, where windows were rounded up. */
    Tensor padded(Tensor ones, Windows given) {
        for (int i = 0; i < 2; i++) {
            int counted = Math.min(given.after.get(i), after.get(i));
            ones = Axes.pad(Axes.pad(ones, i + 1, before.get(i), counted, 1), i + 1, 0, after.get(i) - counted, 0);
        }
        return ones;
    }

    /** {@code [N,C,H,W]} or {@code [N,C,L]} as {@code [N,H,W,C]}. */
    static Tensor images(Value x) {
        if (x.rank() == 4) return x.channelsLast();
        return x.tensor().transpose(0, 2, 1).reshape(x.dim(0), 1, x.dim(2), x.dim(1));
    }

    /** {@code [N,H,W,C]} with the rank of the operand that it was computed from. */
    static Value result(Value x, Tensor y) {
        if (x.rank() == 4) return Value.channelsLast(y);
        Shape s = y.shape();
        return Value.of(y.reshape(s.dim(0), s.dim(2), s.dim(3)).transpose(0, 2, 1));
    }
}
