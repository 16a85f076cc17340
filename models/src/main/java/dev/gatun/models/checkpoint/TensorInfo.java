package dev.gatun.models.checkpoint;

import java.util.List;

/**
 * A tensor in a safetensors file.
 *
 * @param name unique in the file
 * @param dtype as the format writes it: {@code F32}, {@code BF16}, {@code I64} ...
 * @param shape sizes of the dimensions, which may be 0
 * @param begin first byte, counted from the start of the data
 * @param end end of its bytes
 */
public record TensorInfo(String name, String dtype, List<Long> shape, long begin, long end) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Size in bytes. */
    public long bytes() {
        return end - begin;
    }
}
