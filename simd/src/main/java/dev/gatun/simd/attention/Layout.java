package dev.gatun.simd.attention;

/**
 * Where an operand [batch, time, head, headDim] of f32 lies. A row's elements lie next to each other.
 *
 * @param byteOffset of the first element, a multiple of 4
 * @param batchStride elements from a sequence to the next
 * @param timeStride elements from a row of a head to its next
 * @param headStride elements from a head to the next
 */
public record Layout(long byteOffset, long batchStride, long timeStride, long headStride) {
    /** @throws IllegalArgumentException when the offset is out of place or a stride negative */
    public Layout {
        if (byteOffset < 0 || (byteOffset & 3) != 0) {
            throw new IllegalArgumentException(
                    "Attention: operands must lie at multiples of 4 bytes, not at " + byteOffset);
        }
        if (batchStride < 0 || timeStride < 0 || headStride < 0) {
            throw new IllegalArgumentException("Attention: strides must not be negative: " + batchStride + ", "
                    + timeStride + ", " + headStride);
        }
    }

    /** Dense [batch, time, heads, headDim]. */
    public static Layout dense(long byteOffset, int time, int heads, int headDim) {
        long row = (long) heads * headDim;
        return new Layout(byteOffset, time * row, row, headDim);
    }

    /** Byte offset of a row. */
    long at(int batch, int head, int time) {
        return byteOffset + 4 * (batch * batchStride + head * headStride + time * timeStride);
    }

    long timeBytes() {
        return 4 * timeStride;
    }
}
