package dev.gatun.runtime.reference;

import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.Conv2dWeightGrad;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Pool2dGrad;
import dev.gatun.graph.ops.Pool2dPick;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Convolutions and pooling as plain loops over channels-last images. */
final class Spatial {
    private Spatial() {}

    /** One multiplication of a convolution: positions in x, w and y. */
    private interface Product {
        void at(int x, int w, int y);
    }

    static double[] convolution(Convolution op, List<double[]> operands, List<TensorType> in, TensorType type) {
        double[] a = operands.get(0);
        double[] b = operands.get(1);
        double[] r = new double[(int) type.elements()];
        switch (op) {
            case Conv2d c -> products(op, in.get(0), in.get(1), type, (x, w, y) -> r[y] += a[x] * b[w]);
            case Conv2dInputGrad c -> products(op, type, in.get(1), in.get(0), (x, w, y) -> r[x] += a[y] * b[w]);
            case Conv2dWeightGrad c -> products(op, in.get(0), type, in.get(1), (x, w, y) -> r[w] += a[x] * b[y]);
        }
        return r;
    }

    private static void products(Convolution op, TensorType x, TensorType w, TensorType y, Product product) {
        int perGroup = w.dim(3) / op.groups();
        for (int n = 0; n < y.dim(0); n++) {
            for (int i = 0; i < y.dim(1); i++) {
                for (int j = 0; j < y.dim(2); j++) {
                    for (int a = 0; a < w.dim(0); a++) {
                        int row = i * op.strides().get(0) + a * op.dilation().get(0) - op.padding().get(0);
                        if (row < 0 || row >= x.dim(1)) continue;
                        for (int b = 0; b < w.dim(1); b++) {
                            int column = j * op.strides().get(1) + b * op.dilation().get(1) - op.padding().get(1);
                            if (column < 0 || column >= x.dim(2)) continue;
                            for (int c = 0; c < w.dim(2); c++) {
                                for (int o = 0; o < w.dim(3); o++) {
                                    int channel = o / perGroup * w.dim(2) + c;
                                    product.at(at(x, n, row, column, channel), at(w, a, b, c, o), at(y, n, i, j, o));
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static int at(TensorType t, int a, int b, int c, int d) {
        return ((a * t.dim(1) + b) * t.dim(2) + c) * t.dim(3) + d;
    }

    static double[] pooling(Pooling op, List<double[]> operands, List<TensorType> in, TensorType type) {
        double[] r = new double[(int) type.elements()];
        boolean isGradient = op instanceof Pool2dGrad;
        TensorType image = isGradient ? type : in.getFirst();
        TensorType pooled = isGradient ? in.getFirst() : type;
        for (int n = 0; n < pooled.dim(0); n++) {
            for (int i = 0; i < pooled.dim(1); i++) {
                for (int j = 0; j < pooled.dim(2); j++) {
                    for (int c = 0; c < pooled.dim(3); c++) {
                        Window w = Window.of(op, image, n, i, j, c);
                        window(op, w, operands, r, at(pooled, n, i, j, c));
                    }
                }
            }
        }
        return r;
    }

    private static void window(Pooling op, Window w, List<double[]> operands, double[] r, int at) {
        switch (op) {
            case Pool2d p -> r[at] = p.kind() == Pooling.Kind.MAX
                    ? operands.getFirst()[w.largest(operands.getFirst())]
                    : w.sum(operands.getFirst()) / w.divisor();
            case Pool2dPick p -> r[at] = operands.get(1)[w.largest(operands.get(0))];
            case Pool2dGrad p -> {
                double g = operands.getFirst()[at];
                if (p.kind() == Pooling.Kind.MAX) r[w.largest(operands.get(1))] += g;
                else for (int x : w.positions()) r[x] += g / w.divisor();
            }
        }
    }

    /** Positions of a window's elements inside the image, row by row, and what a sum over them is divided by. */
    private record Window(int[] positions, int divisor) {
        static Window of(Pooling op, TensorType image, int n, int i, int j, int c) {
            int top = i * op.strides().get(0) - op.padding().get(0);
            int left = j * op.strides().get(1) - op.padding().get(1);
            int height = op.window().get(0);
            int width = op.window().get(1);
            int[] at = new int[height * width];
            int count = 0;
            for (int row = Math.max(0, top); row < Math.min(image.dim(1), top + height); row++) {
                for (int column = Math.max(0, left); column < Math.min(image.dim(2), left + width); column++) {
                    at[count++] = Spatial.at(image, n, row, column, c);
                }
            }
            return new Window(java.util.Arrays.copyOf(at, count), op.kind() == Pooling.Kind.AVERAGE ? at.length : count);
        }

        int largest(double[] x) {
            int best = positions[0];
            for (int p : positions) {
                if (x[best] < x[p]) best = p;
            }
            return best;
        }

        double sum(double[] x) {
            double sum = 0;
            for (int p : positions) sum += x[p];
            return sum;
        }
    }
}
