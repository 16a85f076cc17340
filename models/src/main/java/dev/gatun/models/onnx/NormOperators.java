package dev.gatun.models.onnx;

import dev.gatun.graph.ops.BatchNorm;
import dev.gatun.graph.ops.GroupNorm;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.LogSoftmax;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Normalizations. */
final class NormOperators {
    private NormOperators() {}

    static List<Operator> list() {
        return List.of(
                new Operator("Softmax", 1, 1, 1, c -> List.of(alongAxis(c, Softmax::of))),
                new Operator("LogSoftmax", 1, 1, 1, c -> List.of(alongAxis(c, LogSoftmax::of))),
                new Operator("BatchNormalization", 1, 5, 5, c -> List.of(batch(c))),
                new Operator("LayerNormalization", 17, 2, 3, NormOperators::layer),
                new Operator("InstanceNormalization", 1, 3, 3, c -> List.of(instance(c))),
                new Operator("GroupNormalization", 18, 3, 3, c -> List.of(group(c))),
                new Operator("LpNormalization", 1, 1, 1, c -> List.of(lengths(c))),
                new Operator("LRN", 1, 1, 1, c -> List.of(local(c))));
    }

    private static Value alongAxis(Call c, UnaryOperator<Tensor> f) {
        Value x = c.in(0);
        c.require(x.rank() > 0, "needs at least one dimension");
        int axis = c.axis(c.integer("axis", -1), x.rank());
        if (x.isChannelsLast() && axis == 1) return Value.channelsLast(f.apply(x.channelsLast()));
        if (axis == x.rank() - 1) return Value.of(f.apply(x.tensor()));
        Integer[] order = Axes.swap(axis, x.rank());
        return Value.of(f.apply(x.tensor().transpose(order)).transpose(order));
    }

    private static Value batch(Call c) {
        c.require(!c.flag("training_mode", false), "training mode is not supported: export the model for inference");
        Value x = c.in(0);
        double eps = c.real("epsilon", 1e-5);
        c.require(x.rank() >= 2, "needs [N,C,...], got " + x.dims());
        if (x.rank() == 4) return Value.channelsLast(normalized(c, x.channelsLast(), eps));
        if (x.rank() == 2) return Value.of(normalized(c, x.tensor(), eps));
        Integer[] order = Axes.swap(1, x.rank());
        return Value.of(normalized(c, x.tensor().transpose(order), eps).transpose(order));
    }

    private static Tensor normalized(Call c, Tensor x, double eps) {
        Shape channels = Shape.of(x.shape().last());
        for (int i = 1; i < 5; i++) c.require(c.x(i).shape().equals(channels), "input " + i + " must have shape " + channels);
        return BatchNorm.affine(x, c.x(1), c.x(2), c.x(3), c.x(4), eps);
    }

    private static List<Value> layer(Call c) {
        Value in = c.in(0);
        int axis = c.axis(c.integer("axis", -1), in.rank());
        double eps = c.real("epsilon", 1e-5);
        Shape whole = c.shape(in.dims());
        Shape rows = whole.sub(0, axis);
        Shape row = Shape.of(Math.toIntExact(whole.sub(axis, in.rank()).elements()));
        Tensor x = in.tensor().reshape(rows.concat(row));
        Shape normalized = whole.sub(axis, in.rank());
        Tensor weight = c.x(1).broadcast(normalized).reshape(row);
        Tensor bias = c.has(2) ? c.x(2).broadcast(normalized).reshape(row) : weight.zero();
        List<Value> results = new ArrayList<>(List.of(Value.of(LayerNorm.of(x, weight, bias, eps).reshape(whole))));
        if (c.wants(1) || c.wants(2)) {
            double n = row.last();
            Tensor mean = x.sumLast().mul(1 / n);
            Tensor centered = x.sub(mean);
            Tensor scale = centered.mul(centered).sumLast().mul(1 / n).add(eps).rsqrt();
            Shape kept = rows;
            while (kept.rank() < in.rank()) kept = kept.concat(Shape.of(1));
            results.add(Value.of(mean.reshape(kept)));
            results.add(Value.of(scale.reshape(kept)));
        }
        return results;
    }

    /** Each image and channel by itself: groups of one channel. */
    private static Value instance(Call c) {
        return groups(c.in(0), c.x(1), c.x(2), c.in(0).rank() < 2 ? 1 : c.in(0).dim(1), c.real("epsilon", 1e-5));
    }

    private static Value group(Call c) {
        Value x = c.in(0);
        int groups = c.integer("num_groups", 0);
        c.require(x.rank() >= 3 && groups >= 1 && x.dim(1) % groups == 0, x.dims() + " is not divisible into " + groups + " groups of channels");
        return groups(x, perChannel(c, c.x(1), groups), perChannel(c, c.x(2), groups), groups, c.real("epsilon", 1e-5));
    }

    /** Weights of the older form, one a group, repeated for its channels. */
    private static Tensor perChannel(Call c, Tensor w, int groups) {
        int channels = c.in(0).dim(1);
        if (c.version() >= 21 || w.shape().dim(0) == channels) return w;
        return w.reshape(groups, 1).broadcast(Shape.of(groups, channels / groups)).reshape(channels);
    }

    private static Value groups(Value x, Tensor weight, Tensor bias, int groups, double eps) {
        if (x.rank() == 4) return Value.channelsLast(GroupNorm.of(x.channelsLast(), weight, bias, groups, eps));
        Integer[] order = Axes.swap(1, x.rank());
        return Value.of(GroupNorm.of(x.tensor().transpose(order), weight, bias, groups, eps).transpose(order));
    }

    private static Value lengths(Call c) {
        Tensor x = c.x(0);
        int p = c.integer("p", 2);
        c.require(p == 1 || p == 2, "attribute p: expected 1 or 2, found " + p);
        List<Integer> axis = List.of(c.axis(c.integer("axis", -1), x.shape().rank()));
        return Value.of(x.div(p == 1 ? x.abs().sum(axis) : x.mul(x).sum(axis).sqrt()));
    }

    /** {@code x / (bias + alpha/size sum of squares of neighbouring channels)^beta}: the sum is a product with a band. */
    private static Value local(Call c) {
        Value x = c.in(0);
        c.require(x.rank() == 4, "needs images [N,C,H,W]");
        int size = c.integer("size", 0);
        c.require(size >= 1, "attribute size must be at least 1, got " + size);
        Tensor t = x.channelsLast();
        Shape band = Shape.of(x.dim(1), x.dim(1));
        Tensor distance = Tensor.iota(band, 0).sub(Tensor.iota(band, 1));
        Tensor before = distance.less(PointwiseOperators.full(distance, -((size - 1) / 2)));
        Tensor behind = PointwiseOperators.full(distance, size / 2).less(distance);
        Tensor near = before.or(behind).not().cast(t.dtype());
        Tensor base = t.mul(t).matmul(near).mul(c.real("alpha", 1e-4) / size).add(c.real("bias", 1));
        return Value.channelsLast(t.mul(base.log().mul(-c.real("beta", 0.75)).exp()));
    }
}
