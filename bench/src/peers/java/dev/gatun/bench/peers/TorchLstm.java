package dev.gatun.bench.peers;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Two LSTM layers and a dense layer on their last step, updated by Adam. */
final class TorchLstm extends TorchNet {
    private static final int LAYERS = 2;
    private static final int WIDTH = 256;
    private static final int TIME = 64;
    private static final int BATCH = 32;
    private static final int IN = 128;

    private final TensorVector weights;
    private final UnaryOperator<Tensor> head;
    private final Tensor x = torch.randn(BATCH, TIME, IN);
    private final Tensor labels = labels(BATCH);
    private final TensorVector start = new TensorVector(torch.zeros(LAYERS, BATCH, WIDTH), torch.zeros(LAYERS, BATCH, WIDTH));

    TorchLstm() {
        double deviation = 1 / Math.sqrt(WIDTH);
        for (int in : new int[] {IN, WIDTH}) {
            normal(deviation, 4L * WIDTH, in);
            normal(deviation, 4L * WIDTH, WIDTH);
            zeros(4L * WIDTH);
            zeros(4L * WIDTH);
        }
        weights = vector();
        head = dense(deviation, WIDTH, CLASSES);
    }

    @Override
    Tensor loss() {
        Tensor y = torch.lstm(x, start, weights, true, LAYERS, 0, true, false, true).get0();
        return torch.cross_entropy_loss(head.apply(y.select(1, TIME - 1)), labels);
    }

    @Override
    TorchOptimizer optimizer() {
        return TorchOptimizer.adam(vector(), 1e-3);
    }

    @Override
    double work() {
        return (double) BATCH * TIME;
    }

    @Override
    String unit() {
        return "tokens/s";
    }
}
