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
 *
 * @param smoothing share of the target that is spread evenly over all classes, in [0,1) (Szegedy et al., "Rethinking
 *     the Inception architecture", 2016)
 */
public record CrossEntropy(double smoothing) implements Composite {
    public CrossEntropy {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("label smoothing must lie in [0,1), got " + smoothing);
        }
    }

    /** Without label smoothing. */
    public CrossEntropy() {
        this(0);
    }

    /** Mean loss over all rows, a scalar. */
    public static Tensor mean(Tensor logits, Tensor labels) {
        return mean(logits, labels, 0);
    }

    /** Mean loss over all rows with smoothed labels, a scalar. */
    public static Tensor mean(Tensor logits, Tensor labels, double smoothing) {
        return logits.apply(new CrossEntropy(smoothing), labels).mean();
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
        if (smoothing > 0) chosen = chosen.mul(1 - smoothing).add(logits.sumLast().mul(smoothing / logits.shape().last()));
        return List.of(LogSoftmax.logSumExp(logits).sub(chosen).reshape(labels.shape()));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor logits = at.operand(0);
        Tensor labels = at.operand(1);
        Tensor g = at.cotangent().reshape(labels.shape().concat(Shape.of(1)));
        Tensor probability = new Softmax().expand(List.of(logits)).getFirst(); // shares the loss's exponentials
        double spread = smoothing / logits.shape().last();
        Tensor others = smoothing > 0 ? probability.add(-spread) : probability;
        Tensor d = Tensor.select(hit(logits, labels), probability.add(smoothing - 1 - spread), others);
        return Arrays.asList(d.mul(g), null);
    }
}
