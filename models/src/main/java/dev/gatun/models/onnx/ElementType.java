package dev.gatun.models.onnx;

import dev.gatun.graph.types.DType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Element types of ONNX tensors that Gatun takes, and what they become: every floating type is computed as f32, every
 * integer as i32 with its range checked.
 */
public enum ElementType {
    FLOAT(1, 4, DType.F32),
    UINT8(2, 1, DType.I32),
    INT8(3, 1, DType.I32),
    UINT16(4, 2, DType.I32),
    INT16(5, 2, DType.I32),
    INT32(6, 4, DType.I32),
    INT64(7, 8, DType.I32),
    BOOL(9, 1, DType.BOOL),
    FLOAT16(10, 2, DType.F32),
    DOUBLE(11, 8, DType.F32),
    BFLOAT16(16, 2, DType.F32);

    private final int number;
    private final int bytes;
    private final DType dtype;

    ElementType(int number, int bytes, DType dtype) {
        this.number = number;
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /** The type of a number in {@code TensorProto.DataType}. */
    static Optional<ElementType> of(int number) {
        return Arrays.stream(values()).filter(t -> t.number == number).findFirst();
    }

    /** Number in {@code TensorProto.DataType}. */
    int number() {
        return number;
    }

    /** Size of one element in a file. */
    public int bytes() {
        return bytes;
    }

    /** Element type in a graph. */
    public DType dtype() {
        return dtype;
    }

    boolean isFloating() {
        return dtype == DType.F32;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
