package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Convolutions over images and sequences. */
final class ImageOperators {
    private ImageOperators() {}

    static List<Operator> list() {
        return List.of(
                new Operator("Conv", 1, 2, 3, c -> List.of(convolution(c))),
                new Operator("ConvTranspose", 1, 2, 3, c -> List.of(transposed(c))),
                new Operator("Resize", 1, 1, 4, c -> List.of(new Resize(c).result())));
    }

    /** Weights {@code [O,I,H,W]} or {@code [O,I,L]} as {@code [H,W,I,O]}. */
    private static Tensor kernel(Call c) {
        Value w = c.in(1);
        c.require(w.rank() == c.in(0).rank(), "weights " + w.dims() + " over " + c.in(0).dims());
        if (w.rank() == 4) return w.kernel();
        return w.tensor().transpose(2, 1, 0).reshape(1, w.dim(2), w.dim(1), w.dim(0));
    }

    private static Windows windows(Call c) {
        Value w = c.in(1);
        c.require(w.rank() >= 3, "weights " + w.dims() + " are no kernels");
        List<Integer> sizes = w.dims().subList(2, w.rank());
        c.require(c.ints("kernel_shape", sizes).equals(sizes), "attribute kernel_shape differs from the weights' " + sizes);
        return Windows.of(c, c.in(0), sizes);
    }

    private static Value convolution(Call c) {
        Windows win = windows(c);
        Tensor x = Windows.images(c.in(0));
        List<Integer> padding = win.before();
        if (!win.isSymmetric()) {
            x = win.padded(x, 0);
            padding = List.of(0, 0);
        }
        Tensor y = x.apply(new Conv2d(win.strides(), padding, win.dilations(), c.integer("group", 1), false), kernel(c));
        return Windows.result(c.in(0), c.has(2) ? y.add(c.x(2)) : y);
    }

    /** Along one axis: what the kernel covers, and what of it is the result. */
    private record Extent(int full, int before, int after, int extra) {
        int size() {
            return full + extra - before - after;
        }
    }

    private static Value transposed(Call c) {
        Value in = c.in(0);
        Windows win = windows(c);
        List<Extent> extents = extents(c, win);
        Extent rows = extents.get(0);
        Extent columns = extents.get(1);
        c.require(rows.size() > 0 && columns.size() > 0, "the paddings leave nothing of the result");
        boolean direct = extents.stream().allMatch(e -> e.before == e.after && e.extra == 0);
        List<Integer> padding = direct ? List.of(rows.before, columns.before) : List.of(0, 0);
        Conv2d op = new Conv2d(win.strides(), padding, win.dilations(), c.integer("group", 1), false);
        int height = direct ? rows.size() : rows.full;
        int width = direct ? columns.size() : columns.full;
        Tensor y = Windows.images(in).apply(op.inputGrad(height, width), kernel(c));
        if (!direct) {
            for (int i = 0; i < 2; i++) {
                Extent e = extents.get(i);
                c.require(e.before >= 0 && e.after >= 0, "negative paddings are not supported");
                y = Axes.pad(y, i + 1, 0, e.extra, 0).slice(i + 1, e.before, e.before + e.size());
            }
        }
        return Windows.result(in, c.has(2) ? y.add(c.x(2)) : y);
    }

    private static List<Extent> extents(Call c, Windows win) {
        int n = c.in(0).rank() - 2;
        List<Integer> extra = Windows.two(c.ints("output_padding", Collections.nCopies(n, 0)), 0);
        List<Integer> shape = c.ints("output_shape", null);
        String auto = c.text("auto_pad", "NOTSET");
        boolean same = auto.startsWith("SAME");
        List<Extent> extents = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int size = i == 0 && n == 1 ? 1 : c.in(0).dim(i - 2);
            int full = Math.addExact(Math.multiplyExact(size - 1, win.strides().get(i)), Windows.span(win.kernel().get(i), win.dilations().get(i)));
            int before = win.before().get(i);
            int after = win.after().get(i);
            if ((shape != null || same) && !(i == 0 && n == 1)) {
                int wanted = shape != null ? shape.get(shape.size() - 2 + i) : size * win.strides().get(i);
                int total = Math.max(0, full + extra.get(i) - wanted);
                before = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
                after = total - before;
            }
            c.require(extra.get(i) >= 0, "attribute output_padding must not be negative");
            extents.add(new Extent(full, before, after, extra.get(i)));
        }
        return extents;
    }
}
