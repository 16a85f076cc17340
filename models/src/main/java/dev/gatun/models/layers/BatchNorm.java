package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Batch normalization over all axes but the last (Ioffe and Szegedy, 2015). A training step normalizes by its batch and
 * moves the running statistics towards it; every other function normalizes by the running ones, which is one
 * multiplication and one addition for each element.
 *
 * @param weight {@code [channels]}, starts at one
 * @param bias {@code [channels]}, starts at zero
 * @param mean running mean, starts at zero
 * @param variance running unbiased variance, starts at one
 * @param momentum share of the batch in the running statistics, in (0,1]
 * @param epsilon added to the variance
 */
public record BatchNorm(
        Parameter weight, Parameter bias, Statistic mean, Statistic variance, double momentum, double epsilon) {
    public BatchNorm {
        if (!(momentum > 0 && momentum <= 1)) throw new IllegalArgumentException("momentum must lie in (0,1], got " + momentum);
    }

    /** A layer with momentum 0.1 and epsilon 1e-5. */
    public static BatchNorm of(int channels) {
        TensorType type = TensorType.of(DType.F32, channels);
        return new BatchNorm(new Parameter(type, Initializer.ONES), new Parameter(type, Initializer.ZEROS),
                new Statistic(type, 0), new Statistic(type, 1), 0.1, 1e-5);
    }

    public Tensor apply(Tensor x) {
        Tensor runningMean = mean.tensor();
        Tensor runningVariance = variance.tensor();
        if (!Statistic.isTraining()) {
            return dev.gatun.graph.ops.BatchNorm.affine(x, weight.tensor(), bias.tensor(), runningMean, runningVariance, epsilon);
        }
        List<Tensor> r = dev.gatun.graph.ops.BatchNorm.of(x, weight.tensor(), bias.tensor(), runningMean, epsilon);
        double n = (double) x.type().elements() / x.shape().last();
        mean.update(runningMean.mul(1 - momentum).add(r.get(1).mul(momentum)));
        variance.update(runningVariance.mul(1 - momentum).add(r.get(2).mul(momentum * n / Math.max(1, n - 1))));
        return r.get(0);
    }
}
