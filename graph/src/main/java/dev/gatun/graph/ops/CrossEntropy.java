package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Negative log-likelihood of class labels under {@code softmax(logits)}, in nats, one for each row. Operands: logits
 * {@code [..., classes]}, labels i32 {@code [...]}; result {@code [...]}. The label is found by comparing it with the
 * index along the row, so loss and gradient are one fused loop each and no one-hot matrix exists.
 */
public record CrossEntropy() implements Composite {
    /** Mean loss over all rows, a scalar. */
    public static Tensor mean(Tensor logits, Tensor labels) {
        return logits.apply(new CrossEntropy(), labels).mean();
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        TensorType logits = Composite.likeFirst(operands, 2).getFirst();
        TensorType labels = operands.get(1);
        Shape rows = logits.shape().sub(0, logits.rank() - 1);
        Rules.dtype(labels, DType.I32, "labels");
        Rules.require(labels.shape().equals(rows), "labels must have the logits' leading shape " + rows);
        return List.of(logits.with(rows));
    }

    /** Where the class index equals the row's label. */
    private static Tensor hit(Tensor logits, Tensor labels) {
        Shape column = labels.shape().concat(Shape.of(1));
        return Tensor.iota(logits.shape(), -1).equal(labels.reshape(column));
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor logits = operands.get(0);
        Tensor labels = operands.get(1);
        Tensor chosen = Tensor.select(hit(logits, labels), logits, logits.zero()).sumLast();
        return List.of(LogSoftmax.logSumExp(logits).sub(chosen).reshape(labels.shape()));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor logits = at.operand(0);
        Tensor labels = at.operand(1);
        Tensor g = at.cotangent().reshape(labels.shape().concat(Shape.of(1)));
        Tensor probability = logits.sub(LogSoftmax.logSumExp(logits)).exp();
        Tensor d = Tensor.select(hit(logits, labels), probability.add(-1), probability);
        return Arrays.asList(d.mul(g), null);
    }
}
