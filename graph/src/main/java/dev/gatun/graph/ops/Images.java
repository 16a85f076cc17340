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

    /** Each element repeated {@code factor} times along height and width: {@code [N,H,W,C] -> [N,fH,fW,C]}. */
    public static Tensor upsample(Tensor x, int factor) {
        Shape s = checked("Upsample", x);
        Rules.require(factor >= 1, "Upsample: the factor must be at least 1, got " + factor);
        Tensor cells = x.reshape(s.dim(0), s.dim(1), 1, s.dim(2), 1, s.dim(3));
        return cells.broadcast(Shape.of(s.dim(0), s.dim(1), factor, s.dim(2), factor, s.dim(3)))
                .reshape(s.dim(0), s.dim(1) * factor, s.dim(2) * factor, s.dim(3));
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
