package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import java.util.List;

/** Functions of channels-last images {@code [images, height, width, channels]} that other ops make up. */
public final class Images {
    private Images() {}

    private static Shape checked(String op, Tensor x) {
        Rules.require(x.shape().rank() == 4, op + ": needs images [images, height, width, channels]: " + x.type());
        return x.shape();
    }

    /** Mean over height and width: {@code [N,H,W,C] -> [N,C]}. */
    public static Tensor globalAverage(Tensor x) {
        Shape s = checked("GlobalAverage", x);
        return x.sum(List.of(1, 2)).reshape(s.dim(0), s.dim(3)).mul(1.0 / ((double) s.dim(1) * s.dim(2)));
    }

    /** Largest element over height and width: {@code [N,H,W,C] -> [N,C]}. */
    public static Tensor globalMax(Tensor x) {
        Shape s = checked("GlobalMax", x);
        return AdaptivePool.pool(x, Pooling.Kind.MAX, 1, 1).reshape(s.dim(0), s.dim(3));
    }

    /**
     * Average over windows that divide the image as evenly as can be: {@code [N,H,W,C] -> [N,height,width,C]}. Window i
     * runs from {@code floor(i H / height)} to {@code ceil((i + 1) H / height)}.
     */
    public static Tensor adaptiveAverage(Tensor x, int height, int width) {
        checked("AdaptiveAverage", x);
        return AdaptivePool.pool(x, Pooling.Kind.AVERAGE, height, width);
    }

    /** Largest element of the windows of {@link #adaptiveAverage}: {@code [N,H,W,C] -> [N,height,width,C]}. */
    public static Tensor adaptiveMax(Tensor x, int height, int width) {
        checked("AdaptiveMax", x);
        return AdaptivePool.pool(x, Pooling.Kind.MAX, height, width);
    }

    /** Zeros around: {@code [N,H,W,C] -> [N, top + H + bottom, left + W + right, C]}. */
    public static Tensor pad(Tensor x, int top, int bottom, int left, int right) {
        checked("Pad", x);
        Tensor tall = top == 0 && bottom == 0 ? x : x.apply(new Pad(1, top, bottom));
        return left == 0 && right == 0 ? tall : tall.apply(new Pad(2, left, right));
    }

    /** Each element repeated {@code factor} times along height and width: {@code [N,H,W,C] -> [N,fH,fW,C]}. */
    public static Tensor upsample(Tensor x, int factor) {
        Shape s = checked("Upsample", x);
        Rules.require(factor >= 1, "Upsample: the factor must be at least 1, got " + factor);
        Tensor cells = x.reshape(s.dim(0), s.dim(1), 1, s.dim(2), 1, s.dim(3));
        return cells.broadcast(Shape.of(s.dim(0), s.dim(1), factor, s.dim(2), factor, s.dim(3)))
                .reshape(s.dim(0), s.dim(1) * factor, s.dim(2) * factor, s.dim(3));
    }

    /**
     * Bilinear interpolation to another size: {@code [N,H,W,C] -> [N,height,width,C]}. Centers of places are half a place
     * from the edge, at {@code (i + 1/2) H / height - 1/2}, cut off at the outermost ones; with {@code alignCorners} the
     * outermost places keep their position.
     */
    public static Tensor bilinear(Tensor x, int height, int width, boolean alignCorners) {
        Shape s = checked("Bilinear", x);
        Rules.require(height >= 1 && width >= 1, "Bilinear: needs at least one row and column, got " + height + " x " + width);
        int n = s.dim(0);
        int c = s.dim(3);
        Tensor rows = along(x.reshape(n, s.dim(1), s.dim(2) * c), height, alignCorners);
        return along(rows.reshape(n * height, s.dim(2), c), width, alignCorners).reshape(n, height, width, c);
    }

    /** {@code [batch, from, inner] -> [batch, to, inner]}, a product with the weights of neighbours. */
    private static Tensor along(Tensor x, int to, boolean alignCorners) {
        int from = x.shape().dim(1);
        if (from == to) return x;
        Shape shape = Shape.of(to, from);
        double scale = !alignCorners ? (double) from / to : to == 1 ? 0 : (from - 1.0) / (to - 1);
        Tensor place = Tensor.iota(shape, 0).cast(x.dtype());
        Tensor at = alignCorners ? place.mul(scale) : place.add(0.5).mul(scale).add(-0.5);
        at = at.max(at.zero()).min(Tensor.full(x.dtype(), shape, from - 1));
        Tensor weights = at.sub(Tensor.iota(shape, 1).cast(x.dtype())).abs().neg().add(1).relu(); // [to, from]
        return weights.broadcast(Shape.of(x.shape().dim(0), to, from)).matmul(x);
    }

    /** {@code [N,C,H,W] -> [N,H,W,C]}. */
    public static Tensor channelsLast(Tensor x) {
        checked("ChannelsLast", x);
        return x.transpose(0, 2, 3, 1);
    }

    /** {@code [N,H,W,C] -> [N,C,H,W]}. */
    public static Tensor channelsFirst(Tensor x) {
        checked("ChannelsFirst", x);
        return x.transpose(0, 3, 1, 2);
    }

    /** All but the first axis as one: {@code [N, ...] -> [N, features]}, channels running fastest. */
    public static Tensor flatten(Tensor x) {
        int images = x.shape().dim(0);
        return x.reshape(images, (int) (x.type().elements() / images));
    }
}
