package dev.gatun.graph.schedule;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A strided window on a buffer. Element {@code (i0, i1, ...)} lies at
 * {@code offset + i0*strides[0] + i1*strides[1] + ...}, counted in elements. A stride of 0 repeats (broadcast).
 *
 * @param buffer index of the buffer in the plan
 * @param dtype element type in memory
 * @param shape sizes of the window
 * @param offset first element
 * @param strides one for each dimension, in elements
 */
public record Place(int buffer, DType dtype, Shape shape, long offset, List<Long> strides) {
    public Place {
        strides = List.copyOf(strides);
        if (strides.size() != shape.rank()) {
            throw new IllegalArgumentException(strides.size() + " strides for shape " + shape);
        }
    }

    /** The whole of a dense buffer. */
    public static Place dense(int buffer, DType dtype, Shape shape) {
        return new Place(buffer, dtype, shape, 0, shape.strides());
    }

    /** Stride of the innermost dimension; 1 for a scalar. */
    public long innerStride() {
        return strides.isEmpty() ? 1 : strides.getLast();
    }

    /** Whether elements lie one after another without gaps, in row-major order. */
    public boolean isDense() {
        return hasDenseRows(0);
    }

    /** Whether the elements of each row, which dimension {@code from} and those after it make, lie one after another. */
    public boolean hasDenseRows(int from) {
        long step = 1;
        for (int i = shape.rank() - 1; i >= from; i--) {
            if (shape.dim(i) != 1 && strides.get(i) != step) return false;
            step *= shape.dim(i);
        }
        return true;
    }

    /** The same elements with neighbouring dimensions joined where one stride serves both. */
    Place merged() {
        List<Integer> sizes = new ArrayList<>();
        List<Long> steps = new ArrayList<>();
        for (int i = 0; i < shape.rank(); i++) {
            int size = shape.dim(i);
            if (size == 1) continue;
            boolean joins = !sizes.isEmpty() && steps.getLast() == strides.get(i) * size;
            sizes.add(joins ? sizes.removeLast() * size : size);
            if (joins) steps.removeLast();
            steps.add(strides.get(i));
        }
        return new Place(buffer, dtype, new Shape(sizes), offset, steps);
    }

    /** {@code b3+128:f32[8,4][8, 1]}; offset and dense strides are left out. */
    @Override
    public String toString() {
        return "b" + buffer + (offset == 0 ? "" : "+" + offset) + ":" + dtype + shape + (isDense() ? "" : strides);
    }
}
