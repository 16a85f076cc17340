package dev.gatun.bench.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A GPT with pre-norm blocks, tanh GELU and a tied output layer. */
final class TorchGpt extends TorchNet {
    private static final double DEVIATION = 0.02;

    private final int batch;
    private final int context;
    private final int vocabulary;
    private final Tensor tokens;
    private final Tensor positions;
    private final List<UnaryOperator<Tensor>> blocks = new ArrayList<>();
    private final UnaryOperator<Tensor> last;
    private final Tensor input;
    private final Tensor target;

    TorchGpt(int layers, int heads, int width, int context, int batch, int vocabulary) {
        this.batch = batch;
        this.context = context;
        this.vocabulary = vocabulary;
        tokens = normal(DEVIATION, vocabulary, width);
        positions = normal(DEVIATION, context, width);
        double inner = DEVIATION / Math.sqrt(2.0 * layers);
        for (int i = 0; i < layers; i++) {
            UnaryOperator<Tensor> before = layerNorm(width);
            UnaryOperator<Tensor> qkv = dense(DEVIATION, width, 3L * width);
            UnaryOperator<Tensor> mix = dense(inner, width, width);
            blocks.add(x -> x.add(mix.apply(attention(qkv.apply(before.apply(x)), heads, width))));
            UnaryOperator<Tensor> between = layerNorm(width);
            UnaryOperator<Tensor> up = dense(DEVIATION, width, 4L * width);
            UnaryOperator<Tensor> down = dense(inner, 4L * width, width);
            blocks.add(x -> x.add(down.apply(torch.gelu(up.apply(between.apply(x)), "tanh"))));
        }
        last = layerNorm(width);
        long[] text = text(batch * context + 1, vocabulary);
        input = AbstractTensor.create(Arrays.copyOf(text, text.length - 1), batch, context);
        target = AbstractTensor.create(Arrays.copyOfRange(text, 1, text.length), (long) batch * context);
    }

    /** {@code (B,T,3C) -> (B,T,C)}, each token sees earlier ones. */
    private Tensor attention(Tensor qkv, int heads, int width) {
        TensorVector parts = qkv.split(width, 2);
        Tensor[] x = new Tensor[3];
        for (int i = 0; i < 3; i++) x[i] = parts.get(i).view(batch, context, heads, width / heads).transpose(1, 2);
        Tensor y = torch.scaled_dot_product_attention(x[0], x[1], x[2], new TensorOptional(), 0, true, new DoubleOptional(), false);
        return y.transpose(1, 2).contiguous().view(batch, context, width);
    }

    /** Ids of which most follow from the one before. */
    private static long[] text(int length, int vocabulary) {
        SplittableRandom random = new SplittableRandom(1);
        long[] ids = new long[length];
        for (int i = 1; i < length; i++) ids[i] = random.nextInt(8) == 0 ? random.nextInt(vocabulary) : (7 * ids[i - 1] + 1) % vocabulary;
        return ids;
    }

    @Override
    Tensor loss() {
        Tensor x = torch.embedding(tokens, input).add(positions);
        for (UnaryOperator<Tensor> block : blocks) x = block.apply(x);
        return torch.cross_entropy_loss(torch.linear(last.apply(x), tokens).view(-1, vocabulary), target);
    }

    @Override
    TorchOptimizer optimizer() {
        return TorchOptimizer.clippedAdamW(parameters(), 1e-3);
    }

    @Override
    double work() {
        return (double) batch * context;
    }

    @Override
    String unit() {
        return "tokens/s";
    }
}
