package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import java.util.List;

/**
 * A value of a model that is being imported: known now, computed at run time, or a weight. Images stay channels-last
 * from convolution to convolution: such a value has that form only until somebody asks for ONNX's own.
 */
final class Value {
    private final Importer importer;
    private final DType dtype;
    private final List<Integer> dims;
    private final OnnxTensor weight;
    private Literal literal;
    private Tensor plain;
    private Tensor last;

    private Value(Importer importer, DType dtype, List<Integer> dims, OnnxTensor weight, Literal literal) {
        this.importer = importer;
        this.dtype = dtype;
        this.dims = dims;
        this.weight = weight;
        this.literal = literal;
    }

    /** A value computed at run time. */
    static Value of(Tensor x) {
        Value v = new Value(null, x.dtype(), x.shape().dims(), null, null);
        v.plain = x;
        return v;
    }

    /** Images {@code [N,H,W,C]} that the model knows as {@code [N,C,H,W]}. */
    static Value channelsLast(Tensor x) {
        List<Integer> d = x.shape().dims();
        Value v = new Value(null, x.dtype(), List.of(d.get(0), d.get(3), d.get(1), d.get(2)), null, null);
        v.last = x;
        return v;
    }

    /** A value that is known now. */
    static Value of(Importer importer, Literal literal) {
        return new Value(importer, literal.dtype(), literal.dims(), null, literal);
    }

    /** A floating tensor of the file. */
    static Value weight(Importer importer, OnnxTensor weight) {
        return new Value(importer, weight.type().dtype(), weight.dims(), weight, null);
    }

    DType dtype() {
        return dtype;
    }

    /** Sizes as the model has them. */
    List<Integer> dims() {
        return dims;
    }

    int rank() {
        return dims.size();
    }

    /** Size of a dimension; negative ones count from the end. */
    int dim(int axis) {
        return dims.get(axis < 0 ? axis + rank() : axis);
    }

    /** Whether the elements are known and are no weights: what is computed from them alone is known too. */
    boolean isFoldable() {
        return literal != null && weight == null;
    }

    /** The elements, {@code null} where they are not known. */
    Literal literal() {
        if (literal == null && weight != null && weight.elements() <= Folding.LARGEST) literal = weight.literal();
        return literal;
    }

    /** Name of the weight that this is, {@code null} for all else. */
    String weightName() {
        return weight == null ? null : weight.name();
    }

    /** Whether there is a channels-last form and no other yet. */
    boolean isChannelsLast() {
        return plain == null && last != null;
    }

    /** The value as the model has it. */
    Tensor tensor() {
        if (plain == null) {
            if (last != null) plain = Images.channelsFirst(last);
            else plain = weight != null ? importer.weight(weight) : importer.materialize(literal);
        }
        return plain;
    }

    /** Images {@code [N,C,H,W]} as {@code [N,H,W,C]}. */
    Tensor channelsLast() {
        if (last == null) {
            last = dim(2) == 1 && dim(3) == 1 ? tensor().reshape(dim(0), 1, 1, dim(1)) : Images.channelsLast(tensor());
        }
        return last;
    }

    /** Weights of a convolution {@code [O,I,H,W]} as {@code [H,W,I,O]}; no work at run time for a weight used so only. */
    Tensor kernel() {
        if (weight != null && importer.isKernel(weight.name())) return importer.weight(weight);
        return tensor().transpose(2, 3, 1, 0);
    }
}
