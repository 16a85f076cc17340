package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Dimensions in another order.
 *
 * @param order for each dimension of the result, the dimension of the operand it comes from
 */
public record Transpose(List<Integer> order) implements View {
    public Transpose {
        order = List.copyOf(order);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        TensorType x = operands.getFirst();
        Rules.require(order.stream().sorted().toList().equals(IntStream.range(0, x.rank()).boxed().toList()),
                "order " + order + " is not a permutation of the " + x.rank() + " dimensions");
        return List.of(x.with(new Shape(order.stream().map(x::dim).toList())));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return List.of(at.cotangent().apply(inverse()));
    }

    /** The transpose that undoes this one. */
    public Transpose inverse() {
        return new Transpose(IntStream.range(0, order.size()).mapToObj(order::indexOf).toList());
    }
}
