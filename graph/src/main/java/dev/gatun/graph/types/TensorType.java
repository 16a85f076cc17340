package dev.gatun.graph.types;

/**
 * What is known of a tensor when a graph is built: {@code f32[8,256,384]}.
 *
 * @param dtype element type
 * @param shape sizes of the dimensions
 */
public record TensorType(DType dtype, Shape shape) {
    /** A type from an element type and sizes. */
    public static TensorType of(DType dtype, int... dims) {
        return new TensorType(dtype, Shape.of(dims));
    }

    public int rank() {
        return shape.rank();
    }

    public int dim(int axis) {
        return shape.dim(axis);
    }

    /** Number of elements. */
    public long elements() {
        return shape.elements();
    }

    /** Size of the dense tensor in memory. */
    public long bytes() {
        return elements() * dtype.bytes();
    }

    public TensorType with(Shape other) {
        return new TensorType(dtype, other);
    }

    public TensorType with(DType other) {
        return new TensorType(other, shape);
    }

    @Override
    public String toString() {
        return dtype.toString() + shape;
    }
}
