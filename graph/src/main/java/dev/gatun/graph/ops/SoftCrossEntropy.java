package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Cross-entropy of {@code softmax(logits)} under a target distribution, in nats, one for each row: what
 * {@link CrossEntropy} is for labels that are blended (Zhang et al., "mixup", 2018). Operands: logits
 * {@code [..., classes]}, targets of the same type, whose rows sum to 1; result {@code [...]}.
 */
public record SoftCrossEntropy() implements Composite {
    /** Mean loss over all rows, a scalar. */
    public static Tensor mean(Tensor logits, Tensor targets) {
        return logits.apply(new SoftCrossEntropy(), targets).mean();
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        TensorType logits = Composite.likeFirst(operands, 2).getFirst();
        Rules.require(operands.get(1).equals(logits), "targets must have the logits' type");
        return List.of(logits.with(logits.shape().sub(0, logits.rank() - 1)));
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor logits = operands.get(0);
        Tensor t = operands.get(1);
        Tensor loss = LogSoftmax.logSumExp(logits).mul(t.sumLast()).sub(t.mul(logits).sumLast());
        return List.of(loss.reshape(logits.shape().sub(0, logits.shape().rank() - 1)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor logits = at.operand(0);
        Tensor t = at.operand(1);
        Tensor g = at.cotangent().reshape(at.cotangent().shape().concat(Shape.of(1)));
        Tensor surprise = LogSoftmax.logSumExp(logits).sub(logits); // -log of the probability
        Tensor probability = surprise.neg().exp();
        return Arrays.asList(
                probability.mul(t.sumLast()).sub(t).mul(g),
                at.wants(1) ? surprise.mul(g) : null);
    }
}
