package dev.gatun.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A network as PyTorch's eager mode runs it: the parameters it has registered, and its loss on fixed data. */
abstract class TorchNet {
    static final int CLASSES = 10;

    private final List<Tensor> parameters = new ArrayList<>();

    /** The loss of one step; recorded, so that it can be differentiated. */
    abstract Tensor loss();

    /** Changes the parameters by their gradients. */
    abstract TorchOptimizer optimizer();

    /** What a step handles, in {@link #unit}. */
    abstract double work();

    abstract String unit();

    final List<Tensor> parameters() {
        return parameters;
    }

    final TensorVector vector() {
        return new TensorVector(parameters.toArray(Tensor[]::new));
    }

    /** Registers a parameter. */
    final Tensor parameter(Tensor start) {
        Tensor p = start.set_requires_grad(true);
        parameters.add(p);
        return p;
    }

    final Tensor normal(double deviation, long... shape) {
        return parameter(torch.randn(shape).mul_(new org.bytedeco.pytorch.Scalar(deviation)));
    }

    final TensorOptional zeros(long n) {
        return new TensorOptional(parameter(torch.zeros(n)));
    }

    final TensorOptional ones(long n) {
        return new TensorOptional(parameter(torch.ones(n)));
    }

    /** {@code x W^T + b}. */
    final UnaryOperator<Tensor> dense(double deviation, long in, long out) {
        Tensor w = normal(deviation, out, in);
        TensorOptional b = zeros(out);
        return x -> torch.linear(x, w, b);
    }

    final UnaryOperator<Tensor> layerNorm(long width) {
        TensorOptional w = ones(width);
        TensorOptional b = zeros(width);
        return x -> torch.layer_norm(x, new long[] {width}, w, b, 1e-5, true);
    }

    /** Labels that take all classes by turns. */
    static Tensor labels(int batch) {
        long[] labels = new long[batch];
        for (int i = 0; i < batch; i++) labels[i] = i % CLASSES;
        return org.bytedeco.pytorch.AbstractTensor.create(labels, batch);
    }
}
