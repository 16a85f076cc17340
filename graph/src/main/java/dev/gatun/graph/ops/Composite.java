package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * An op stated in terms of others. Its type rule and its {@link #expand} are all it needs: the gradient follows from
 * the expansion, whose recomputed forward part common-subexpression elimination merges with the forward pass. Hot
 * ones write their gradient by hand. A backend that has a kernel for a composite claims it and sees it whole.
 */
public sealed interface Composite extends Op
        permits Attention, AttentionGrad, BatchNorm, CachedAttention, CrossEntropy, Dropout, Fused, Gelu, GroupNorm, LayerNorm, LogSoftmax,
                MaskedAttention, Relu, RmsNorm, Rotary, Silu, SoftCrossEntropy, Softmax {

    /** Records the same computation in simpler ops; results as {@link #infer} says. */
    List<Tensor> expand(List<Tensor> operands);

    @Override
    default List<Tensor> gradient(Adjoint at) {
        return at.through(expand(at.operands()));
    }

    /** The type rule of most composites: the first operand's type, which is floating and has an axis to work on. */
    static List<TensorType> likeFirst(List<TensorType> operands, int count) {
        Rules.count(operands, count);
        TensorType x = Rules.floating(operands.getFirst());
        Rules.require(x.rank() >= 1, "needs at least one dimension");
        return List.of(x);
    }
}
