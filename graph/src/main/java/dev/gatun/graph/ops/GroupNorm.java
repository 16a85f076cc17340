package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Group normalization (Wu and He, 2018): each image's channels are cut into groups, and each group is normalized by its
 * own mean and biased variance over all places. Operands: x {@code [N, ..., C]}, weight {@code [C]}, bias {@code [C]}.
 *
 * @param groups number of groups, a divisor of C
 * @param eps added to the variance
 */
public record GroupNorm(int groups, double eps) implements Composite {
    public static Tensor of(Tensor x, Tensor weight, Tensor bias, int groups, double eps) {
        return x.apply(new GroupNorm(groups, eps), weight, bias);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        TensorType x = Composite.likeFirst(operands, 3).getFirst();
        Rules.require(x.rank() >= 2, "needs [images, ..., channels]");
        int channels = x.dim(-1);
        Rules.require(groups >= 1 && channels % groups == 0, channels + " channels are not divisible by " + groups + " groups");
        Shape row = Shape.of(channels);
        Rules.require(operands.get(1).shape().equals(row), "the weight must have shape " + row);
        Rules.require(operands.get(2).shape().equals(row), "the bias must have shape " + row);
        return List.of(x);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.get(0);
        int images = x.shape().dim(0);
        int width = x.shape().last() / groups;
        int places = (int) (x.type().elements() / images / x.shape().last());
        Tensor grouped = x.reshape(images, places, groups, width); // (N,P,G,C/G)
        double n = (double) places * width;
        Tensor centered = grouped.sub(grouped.sum(List.of(1, 3)).mul(1 / n));
        Tensor scale = centered.mul(centered).sum(List.of(1, 3)).mul(1 / n).add(eps).rsqrt();
        return List.of(centered.mul(scale).reshape(x.shape()).mul(operands.get(1)).add(operands.get(2)));
    }
}
