package dev.gatun.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Convolutional networks on ten prototypes with noise. */
final class TorchImages extends TorchNet {
    private static final int BATCH = 64;

    private final boolean channelsLast;
    private final Tensor images;
    private final Tensor labels = labels(BATCH);
    private UnaryOperator<Tensor> scores;
    private TorchOptimizer optimizer;

    private TorchImages(int channels, int size, boolean channelsLast) {
        this.channelsLast = channelsLast;
        Tensor prototypes = torch.randn(CLASSES, channels, size, size);
        images = laidOut(prototypes.index_select(0, labels).add(torch.randn(BATCH, channels, size, size)));
    }

    /** LeNet-5 on 28 x 28, updated by Adam. */
    static TorchImages lenet() {
        TorchImages n = new TorchImages(1, 28, false);
        UnaryOperator<Tensor> first = n.convolution(1, 6, 5, 1, 2, true);
        UnaryOperator<Tensor> second = n.convolution(6, 16, 5, 1, 0, true);
        UnaryOperator<Tensor> third = n.dense(1 / Math.sqrt(400), 400, 120);
        UnaryOperator<Tensor> fourth = n.dense(1 / Math.sqrt(120), 120, 84);
        UnaryOperator<Tensor> fifth = n.dense(1 / Math.sqrt(84), 84, CLASSES);
        n.scores = x -> {
            Tensor y = pool(torch.relu(second.apply(pool(torch.relu(first.apply(x))))));
            return fifth.apply(torch.relu(fourth.apply(torch.relu(third.apply(y.flatten(1, -1))))));
        };
        n.optimizer = TorchOptimizer.adam(n.vector(), 1e-3);
        return n;
    }

    /** ResNet-18 on 32 x 32 with a small stem, updated by SGD with momentum; images lie channels last, PyTorch's faster way. */
    static TorchImages resnet() {
        TorchImages n = new TorchImages(3, 32, true);
        List<UnaryOperator<Tensor>> parts = new ArrayList<>();
        UnaryOperator<Tensor> stem = n.normed(3, 64, 3, 1);
        parts.add(x -> torch.relu(stem.apply(x)));
        int in = 64;
        for (int out : new int[] {64, 64, 128, 128, 256, 256, 512, 512}) {
            int stride = out == in ? 1 : 2;
            UnaryOperator<Tensor> a = n.normed(in, out, 3, stride);
            UnaryOperator<Tensor> b = n.normed(out, out, 3, 1);
            UnaryOperator<Tensor> around = stride == 1 ? UnaryOperator.identity() : n.normed(in, out, 1, stride);
            parts.add(x -> torch.relu(b.apply(torch.relu(a.apply(x))).add(around.apply(x))));
            in = out;
        }
        UnaryOperator<Tensor> head = n.dense(1 / Math.sqrt(in), in, CLASSES);
        n.scores = x -> {
            Tensor y = x;
            for (UnaryOperator<Tensor> part : parts) y = part.apply(y);
            return head.apply(torch.adaptive_avg_pool2d(y, 1, 1).flatten(1, -1));
        };
        n.optimizer = TorchOptimizer.sgd(n.vector(), 0.01);
        return n;
    }

    private Tensor laidOut(Tensor x) {
        return channelsLast ? x.contiguous(torch.MemoryFormat.ChannelsLast) : x;
    }

    private UnaryOperator<Tensor> convolution(int in, int out, int kernel, int stride, int padding, boolean biased) {
        double deviation = Math.sqrt(2.0 / (in * kernel * kernel));
        Tensor start = laidOut(torch.randn(out, in, kernel, kernel)).mul_(new org.bytedeco.pytorch.Scalar(deviation));
        Tensor w = parameter(start);
        TensorOptional b = biased ? zeros(out) : new TensorOptional();
        return x -> torch.conv2d(x, w, b, new long[] {stride, stride}, new long[] {padding, padding}, new long[] {1, 1}, 1);
    }

    /** A convolution and batch normalization. */
    private UnaryOperator<Tensor> normed(int in, int out, int kernel, int stride) {
        UnaryOperator<Tensor> convolution = convolution(in, out, kernel, stride, kernel / 2, false);
        TensorOptional w = ones(out);
        TensorOptional b = zeros(out);
        TensorOptional mean = new TensorOptional(torch.zeros(out));
        TensorOptional variance = new TensorOptional(torch.ones(out));
        return x -> torch.batch_norm(convolution.apply(x), w, b, mean, variance, true, 0.1, 1e-5, true);
    }

    private static Tensor pool(Tensor x) {
        long[] two = {2, 2};
        return torch.max_pool2d(x, two, two, new long[] {0, 0}, new long[] {1, 1}, false);
    }

    @Override
    Tensor loss() {
        return torch.cross_entropy_loss(scores.apply(images), labels);
    }

    @Override
    TorchOptimizer optimizer() {
        return optimizer;
    }

    @Override
    double work() {
        return BATCH;
    }

    @Override
    String unit() {
        return "images/s";
    }
}
