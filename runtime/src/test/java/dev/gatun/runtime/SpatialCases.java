package dev.gatun.runtime;

import dev.gatun.graph.ops.BatchNorm;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.GroupNorm;
import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Rows of the op table for images: convolutions, pooling, norms over places. */
final class SpatialCases {
    private SpatialCases() {}

    static void add(List<OpCase> cases) {
        convolutions(cases);
        pools(cases);
        norms(cases);
    }

    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    /** Images, rows, columns, channels in and out, kernel rows and columns, stride, padding, dilation, groups. */
    private static final int[][] CONVOLUTIONS = {
        {1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1},
        {2, 5, 7, 3, 4, 1, 1, 1, 0, 1, 1},
        {3, 6, 5, 2, 3, 3, 3, 1, 1, 1, 1},
        {2, 9, 8, 17, 5, 3, 3, 2, 1, 1, 1},
        {4, 8, 8, 16, 33, 3, 2, 2, 0, 1, 1},
        {1, 9, 9, 3, 2, 3, 3, 1, 2, 2, 1},
        {2, 7, 9, 4, 6, 3, 3, 2, 2, 3, 2},
        {3, 6, 6, 15, 15, 3, 3, 1, 1, 1, 15},
        {2, 6, 6, 16, 32, 3, 3, 2, 1, 1, 4},
        {5, 12, 12, 6, 16, 5, 5, 1, 0, 1, 1},
        {2, 4, 4, 3, 2, 1, 1, 3, 1, 1, 1},
        {1, 3, 40, 1, 2, 3, 33, 1, 1, 1, 1},
        {2, 2, 2, 2, 3, 1, 2, 1, 2, 3, 1},
    };

    private static void convolutions(List<OpCase> cases) {
        for (int[] s : CONVOLUTIONS) {
            Conv2d op = Conv2d.of(s[7], s[8], s[9], s[10]);
            List<Integer> name = java.util.Arrays.stream(s).boxed().toList();
            TensorType w = f32(s[5], s[6], s[3] / s[10], s[4]);
            cases.add(new OpCase("conv2d " + name, List.of(f32(s[0], s[1], s[2], s[3]), w), -1, 1, 0, x -> x.get(0).apply(op, x.get(1))));
            int extra = s[7] - 1;
            int rows = (s[1] - 1) * s[7] - 2 * s[8] + s[9] * (s[5] - 1) + 1 + extra;
            int columns = (s[2] - 1) * s[7] - 2 * s[8] + s[9] * (s[6] - 1) + 1 + extra;
            if (rows < 1 || columns < 1) continue;
            cases.add(new OpCase("transposed conv2d " + name, List.of(f32(s[0], s[1], s[2], s[4]), w), -1, 1, 0,
                    x -> Conv2dInputGrad.transposed(x.get(0), x.get(1), s[7], s[8], extra, s[9], s[10])));
        }
        cases.add(new OpCase("conv bias relu residual", List.of(f32(2, 6, 6, 5), f32(3, 3, 5, 5), f32(5)), -1, 1, 0,
                x -> x.get(0).apply(Conv2d.of(1, 1), x.get(1)).add(x.get(2)).relu().add(x.get(0))));
        followed(cases);
        int[][] strides = {{1, 1}, {2, 1}, {3, 1}, {1, 2}};
        for (int[] s : strides) {
            cases.add(new OpCase("same conv, stride " + s[0] + ", dilation " + s[1], List.of(f32(2, 7, 6, 3), f32(3, 4, 3, 5)), -1, 1, 0,
                    x -> Conv2d.same(x.get(0), x.get(1), s[0], s[1], 1)));
        }
        cases.add(new OpCase("conv padded on three sides", List.of(f32(2, 5, 4, 4), f32(3, 3, 2, 6)), -1, 1, 0,
                x -> Conv2d.padded(x.get(0), x.get(1), 2, 1, 2, List.of(0, 2, 1, 2))));
        cases.add(new OpCase("conv of images with channels first", List.of(f32(2, 3, 6, 7), f32(3, 3, 3, 4)), -1, 1, 0,
                x -> Images.channelsFirst(Images.channelsLast(x.get(0)).apply(Conv2d.of(1, 1), x.get(1)))));
    }

    /** Images, rows, columns, channels in, channels out, window, stride, padding, groups. */
    private static final int[][] FOLLOWED = {
        {2, 6, 5, 5, 7, 3, 1, 1, 1},
        {3, 9, 9, 1, 6, 5, 1, 2, 1},
        {2, 7, 7, 33, 17, 3, 2, 1, 1},
        {5, 5, 3, 17, 33, 1, 1, 0, 1},
        {2, 6, 7, 6, 9, 3, 1, 1, 3},
        {2, 6, 7, 17, 17, 3, 2, 1, 17},
        {2, 8, 8, 3, 20, 4, 4, 0, 1},
    };

    /** What follows a convolution and moves into it: where a residual stands, and factors of channels. */
    private static void followed(List<OpCase> cases) {
        for (int[] s : FOLLOWED) {
            Conv2d op = Conv2d.of(s[6], s[7], 1, s[8]);
            int rows = (s[1] + 2 * s[7] - s[5]) / s[6] + 1;
            int columns = (s[2] + 2 * s[7] - s[5]) / s[6] + 1;
            TensorType channels = f32(s[4]);
            TensorType x0 = f32(s[0], s[1], s[2], s[3]);
            TensorType w = f32(s[5], s[5], s[3] / s[8], s[4]);
            TensorType y = f32(s[0], rows, columns, s[4]);
            String name = " after conv2d " + java.util.Arrays.stream(s).boxed().toList();
            cases.add(new OpCase("bias and relu" + name, List.of(x0, w, channels), -1, 1, 0, x -> conv(op, x).add(x.get(2)).relu()));
            cases.add(new OpCase("bias, relu and residual" + name, List.of(x0, w, channels, y), -1, 1, 0,
                    x -> x.get(3).add(conv(op, x).add(x.get(2)).relu())));
            cases.add(new OpCase("scale, bias, residual and relu" + name, List.of(x0, w, channels, channels, y), -1, 1, 0,
                    x -> conv(op, x).mul(x.get(2)).add(x.get(3)).add(x.get(4)).relu()));
        }
    }

    private static Tensor conv(Conv2d op, List<Tensor> x) {
        return x.get(0).apply(op, x.get(1));
    }

    /** Images, rows, columns, channels, window rows and columns, stride, padding. */
    private static final int[][] POOLS = {
        {1, 1, 1, 1, 1, 1, 1, 0},
        {2, 4, 6, 3, 2, 2, 2, 0},
        {2, 5, 7, 17, 2, 2, 2, 0},
        {1, 6, 6, 16, 3, 3, 2, 1},
        {2, 5, 5, 33, 3, 2, 1, 1},
        {1, 4, 9, 31, 4, 3, 3, 2},
    };

    private static void pools(List<OpCase> cases) {
        for (int[] s : POOLS) {
            List<Integer> name = java.util.Arrays.stream(s).boxed().toList();
            for (Pooling.Kind kind : Pooling.Kind.values()) {
                Pool2d op = new Pool2d(kind, List.of(s[4], s[5]), List.of(s[6], s[6]), List.of(s[7], s[7]));
                cases.add(new OpCase("pool " + kind + " " + name, List.of(f32(s[0], s[1], s[2], s[3])), -2, 2, 0, x -> x.getFirst().apply(op)));
            }
        }
        cases.add(new OpCase("global average", List.of(f32(3, 4, 5, 17)), -2, 2, 0, x -> Images.globalAverage(x.getFirst())));
        cases.add(new OpCase("global max", List.of(f32(3, 4, 5, 17)), -2, 2, 0, x -> Images.globalMax(x.getFirst())));
        int[][] sizes = {{1, 1}, {2, 3}, {5, 4}, {7, 9}, {10, 1}};
        for (int[] s : sizes) {
            String to = " to " + s[0] + "x" + s[1];
            cases.add(new OpCase("adaptive average" + to, List.of(f32(2, 7, 9, 5)), -2, 2, 0, x -> Images.adaptiveAverage(x.getFirst(), s[0], s[1])));
            cases.add(new OpCase("adaptive max" + to, List.of(f32(2, 7, 9, 5)), -2, 2, 0, x -> Images.adaptiveMax(x.getFirst(), s[0], s[1])));
            cases.add(new OpCase("bilinear" + to, List.of(f32(2, 7, 9, 3)), -2, 2, 0, x -> Images.bilinear(x.getFirst(), s[0], s[1], false)));
            cases.add(new OpCase("bilinear by corners" + to, List.of(f32(2, 3, 4, 17)), -2, 2, 0, x -> Images.bilinear(x.getFirst(), s[0], s[1], true)));
        }
        cases.add(new OpCase("pad", List.of(f32(2, 3, 4, 5)), -2, 2, 0, x -> Images.pad(x.getFirst().exp(), 1, 0, 2, 3)));
        cases.add(new OpCase("upsample", List.of(f32(2, 3, 4, 5)), -2, 2, 0, x -> Images.upsample(x.getFirst(), 3).exp()));
        cases.add(new OpCase("flatten", List.of(f32(2, 3, 4, 5)), -2, 2, 0, x -> Images.flatten(x.getFirst().exp())));
    }

    private static void norms(List<OpCase> cases) {
        for (int c : new int[] {1, 7, 16, 33}) {
            TensorType channel = f32(c);
            List<TensorType> in = List.of(f32(3, 4, 5, c), channel, channel, channel);
            cases.add(new OpCase("batch norm " + c, in, -2, 2, 0, x -> BatchNorm.of(x.get(0), x.get(1), x.get(2), x.get(3), 1e-1).getFirst()));
            cases.add(new OpCase("batch norm statistics " + c, in, -2, 2, 0, x -> {
                List<Tensor> r = BatchNorm.of(x.get(0), x.get(1), x.get(2), x.get(3), 1e-1);
                return r.get(0).mul(r.get(1)).add(r.get(2));
            }));
            cases.add(new OpCase("batch norm relu residual " + c, List.of(f32(3, 4, 5, c), channel, channel, channel, f32(3, 4, 5, c)), -2, 2, 0,
                    x -> BatchNorm.of(x.get(0), x.get(1), x.get(2), x.get(3), 1e-1).getFirst().add(x.get(4)).relu()));
            cases.add(new OpCase("batch norm by given statistics " + c, List.of(f32(3, 4, 5, c), channel, channel, channel, channel), 0.5, 2, 0,
                    x -> BatchNorm.affine(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4), 1e-1)));
        }
        cases.add(new OpCase("conv and norm by given statistics", List.of(f32(9, 6, 6, 3), f32(3, 3, 3, 5), f32(5), f32(5), f32(5), f32(5)), 0.5, 2, 0,
                x -> BatchNorm.affine(x.get(0).apply(Conv2d.of(1, 1), x.get(1)), x.get(2), x.get(3), x.get(4), x.get(5), 1e-1).relu()));
        cases.add(new OpCase("group norm", List.of(f32(3, 4, 5, 6), f32(6), f32(6)), -2, 2, 0,
                x -> GroupNorm.of(x.get(0), x.get(1), x.get(2), 3, 1e-1)));
        cases.add(new OpCase("group norm of all channels", List.of(f32(2, 4, 16), f32(16), f32(16)), -2, 2, 0,
                x -> GroupNorm.of(x.get(0), x.get(1), x.get(2), 1, 1e-1)));
    }
}
