package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batch normalization in training (Ioffe and Szegedy, 2015): {@code (x - mean) / sqrt(var + eps) * weight + bias}, mean
 * and biased variance being taken over all axes but the last. Operands: x {@code [..., c]}, weight, bias and shift, each
 * {@code [c]}. Results: the normalized x, its mean and its variance {@code [c]}.
 *
 * <p>Both statistics come from one pass, as sums of {@code x - shift} and of its square: with a shift near the mean,
 * such as a running mean, nothing cancels. The shift changes rounding alone, no result, so it has no gradient.
 *
 * @param eps added to the variance
 */
public record BatchNorm(double eps) implements Composite {
    /** Normalized x, mean and variance. */
    public static List<Tensor> of(Tensor x, Tensor weight, Tensor bias, Tensor shift, double eps) {
        return x.applyAll(new BatchNorm(eps), weight, bias, shift);
    }

    /** Normalization by given statistics, as in evaluation: one multiplication and one addition an element. */
    public static Tensor affine(Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, double eps) {
        Tensor scale = variance.add(eps).rsqrt().mul(weight);
        return x.mul(scale).add(bias.sub(mean.mul(scale)));
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        TensorType x = Composite.likeFirst(operands, 4).getFirst();
        TensorType channel = x.with(Shape.of(x.dim(-1)));
        Rules.require(operands.stream().skip(1).allMatch(channel::equals), "weight, bias and shift must be " + channel);
        return List.of(x, channel, channel);
    }

    /** Number of elements that a statistic is taken over. */
    private static double count(Tensor x) {
        return (double) x.type().elements() / x.shape().last();
    }

    private static List<Integer> axes(Tensor x) {
        return IntStream.range(0, x.shape().rank() - 1).boxed().toList();
    }

    /** Sum over all axes but the last: {@code [..., c] -> [c]}. */
    static Tensor overRows(Tensor x) {
        return x.sum(axes(x)).reshape(x.shape().last());
    }

    private record Statistics(Tensor mean, Tensor variance) {}

    private static Statistics statistics(Tensor x, Tensor shift) {
        double n = count(x);
        Tensor d = x.sub(shift);
        Tensor first = overRows(d).mul(1 / n);
        Tensor second = overRows(d.mul(d)).mul(1 / n);
        Tensor variance = second.sub(first.mul(first));
        return new Statistics(shift.add(first), variance.max(variance.zero()));
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.get(0);
        Statistics s = statistics(x, operands.get(3));
        Tensor y = affine(x, operands.get(1), operands.get(2), s.mean, s.variance, eps);
        return List.of(y, s.mean, s.variance);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        if (at.cotangents().get(1) != null || at.cotangents().get(2) != null) return statisticsToo(at);
        Tensor g = at.cotangent();
        Tensor x = at.operand(0);
        Tensor weight = at.operand(1);
        Tensor mean = at.results().get(1);
        Tensor scale = at.results().get(2).add(eps).rsqrt();
        double n = count(x);
        Tensor centered = x.sub(mean);
        Tensor bias = overRows(g); // both sums in one pass
        Tensor along = overRows(g.mul(centered)).mul(scale);
        // dx = w r (g - sum(g)/n - xhat sum(g xhat)/n), as one product and one sum of per-channel factors
        Tensor wr = weight.mul(scale);
        Tensor dx = g.mul(wr).sub(centered.mul(wr.mul(scale).mul(along).mul(1 / n))).sub(bias.mul(wr).mul(1 / n));
        return Arrays.asList(dx, along, bias, at.wants(3) ? at.operand(3).zero() : null);
    }

    /** Where the loss also depends on the statistics themselves; the shift still has no gradient. */
    private List<Tensor> statisticsToo(Adjoint at) {
        List<Tensor> back = new ArrayList<>(at.through(expand(at.operands())));
        back.set(3, at.wants(3) ? at.operand(3).zero() : null);
        return back;
    }
}
