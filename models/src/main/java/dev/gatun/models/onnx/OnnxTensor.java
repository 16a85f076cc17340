package dev.gatun.models.onnx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor of a model file. Its elements stay where they are, in the file's memory, until they are asked for.
 *
 * @param name of the tensor
 * @param type of the elements
 * @param dims sizes, which may be 0
 * @param bytes the elements, little-endian; exactly as many as type and sizes say
 */
record OnnxTensor(String name, ElementType type, List<Integer> dims, MemorySegment bytes) {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    OnnxTensor {
        dims = List.copyOf(dims);
    }

    long elements() {
        return bytes.byteSize() / type.bytes();
    }

    /** Element {@code i} of a floating tensor. */
    double real(long i) {
        return switch (type) {
            case FLOAT -> bytes.get(FLOAT, 4 * i);
            case DOUBLE -> bytes.get(DOUBLE, 8 * i);
            case FLOAT16 -> Float.float16ToFloat(bytes.get(SHORT, 2 * i));
            case BFLOAT16 -> Float.intBitsToFloat(bytes.get(SHORT, 2 * i) << 16);
            default -> throw new IllegalStateException(name + " holds " + type);
        };
    }

    /** Element {@code i} of a tensor of integers or truth values. */
    long integer(long i) {
        return switch (type) {
            case INT64 -> bytes.get(LONG, 8 * i);
            case INT32 -> bytes.get(INT, 4 * i);
            case INT16 -> bytes.get(SHORT, 2 * i);
            case UINT16 -> bytes.get(SHORT, 2 * i) & 0xFFFF;
            case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, i);
            case UINT8 -> bytes.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
            case BOOL -> bytes.get(ValueLayout.JAVA_BYTE, i) != 0 ? 1 : 0;
            default -> throw new IllegalStateException(name + " holds " + type);
        };
    }

    /** All elements, for tensors that are small. */
    Literal literal() {
        int n = Math.toIntExact(elements());
        if (type.isFloating()) {
            double[] x = new double[n];
            for (int i = 0; i < n; i++) x[i] = real(i);
            return new Literal(type.dtype(), dims, x, null);
        }
        long[] x = new long[n];
        for (int i = 0; i < n; i++) x[i] = integer(i);
        return new Literal(type.dtype(), dims, null, x);
    }

    /**
     * Copies a floating tensor as f32.
     *
     * @param order for each dimension of the copy the dimension it comes from; empty for the order of the file
     * @param to dense, row-major, native byte order; 4 bytes an element
     */
    void copyTo(MemorySegment to, List<Integer> order) {
        if (to.byteSize() != elements() * Float.BYTES) {
            throw new IllegalArgumentException(name + " needs " + elements() * Float.BYTES + " bytes, got " + to.byteSize());
        }
        if (order.isEmpty() && type == ElementType.FLOAT && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            MemorySegment.copy(bytes, 0, to, 0, bytes.byteSize());
        } else if (order.isEmpty()) {
            for (long i = 0; i < elements(); i++) put(to, i, i);
        } else {
            long[] strides = new long[order.size()];
            long step = 1;
            for (int d = order.size() - 1; d >= 0; d--) {
                strides[d] = step;
                step *= dims.get(d);
            }
            copy(to, order, strides, 0, 0, 0);
        }
    }

    /** Copies the part of one index along each dimension before {@code depth}; returns the next place in the copy. */
    private long copy(MemorySegment to, List<Integer> order, long[] strides, int depth, long from, long at) {
        if (depth == order.size()) {
            put(to, at, from);
            return at + 1;
        }
        int d = order.get(depth);
        for (int i = 0; i < dims.get(d); i++) at = copy(to, order, strides, depth + 1, from + i * strides[d], at);
        return at;
    }

    private void put(MemorySegment to, long at, long from) {
        to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at * Float.BYTES, (float) real(from));
    }

    @Override
    public String toString() {
        return name + " " + type + dims;
    }
}
