package dev.gatun.models.onnx;

import java.util.List;

/**
 * Elements of a tensor of any type, as the tests pass them around.
 *
 * @param type of the elements
 * @param dims sizes
 * @param values row-major
 */
record Sample(ElementType type, List<Integer> dims, double[] values) {
    static int count(List<Integer> dims) {
        return dims.stream().reduce(1, (a, b) -> a * b);
    }

    long[] longDims() {
        return dims.stream().mapToLong(d -> d).toArray();
    }
}
