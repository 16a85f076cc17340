package dev.gatun.bindings;

import dev.gatun.bindings.onednn.Dnnl;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * How a primitive finds the elements of one of its arguments. The order of {@code dims} is the operation's own
 * (matmul: batch..., rows, columns; convolution: N, C, spatial...); where they lie is said by the strides, so a
 * transposed or channels-last tensor has the same dims and other strides.
 *
 * @param type element type
 * @param dims sizes, 1 to 12 of them, each at least 1
 * @param strides distance between neighbours along each dim, in elements, at least 1; empty: the library chooses a
 *     layout (see {@link #any})
 */
public record OneDnnTensor(OneDnnType type, List<Long> dims, List<Long> strides) {

    /** Checks ranks and ranges; throws {@link IllegalArgumentException} naming what is out of range. */
    public OneDnnTensor {
        dims = List.copyOf(dims);
        strides = List.copyOf(strides);
        if (dims.isEmpty() || dims.size() > Dnnl.DNNL_MAX_NDIMS()) {
            throw new IllegalArgumentException("a tensor has 1 to " + Dnnl.DNNL_MAX_NDIMS() + " dims, not " + dims);
        }
        if (!strides.isEmpty() && strides.size() != dims.size()) {
            throw new IllegalArgumentException("dims " + dims + " need as many strides, not " + strides);
        }
        if (dims.stream().anyMatch(d -> d < 1) || strides.stream().anyMatch(s -> s < 1)) {
            throw new IllegalArgumentException("dims and strides are at least 1: dims " + dims + " strides " + strides);
        }
        try {
            Math.multiplyExact(elements(dims), 8);
            span(dims, strides);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("too large: dims " + dims + " strides " + strides, e);
        }
    }

    /** A dense tensor, the last dim contiguous. */
    public static OneDnnTensor rowMajor(OneDnnType type, long... dims) {
        Long[] strides = new Long[dims.length];
        long stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        return new OneDnnTensor(type, boxed(dims), List.of(strides));
    }

    /** A dense tensor of dims N, C, spatial... whose channels are contiguous: NHWC for images. */
    public static OneDnnTensor channelsLast(OneDnnType type, long... dims) {
        if (dims.length < 3) {
            throw new IllegalArgumentException("channels last needs N, C and a spatial dim, not " + boxed(dims));
        }
        Long[] strides = new Long[dims.length];
        strides[1] = 1L;
        long stride = dims[1];
        for (int i = dims.length - 1; i >= 2; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        strides[0] = stride;
        return new OneDnnTensor(type, boxed(dims), List.of(strides));
    }

    /** A tensor whose layout the library chooses for speed; a {@link OneDnnReorder} brings data into and out of it. */
    public static OneDnnTensor any(OneDnnType type, long... dims) {
        return new OneDnnTensor(type, boxed(dims), List.of());
    }

    /** The same elements with these strides (in elements). */
    public OneDnnTensor strided(long... newStrides) {
        return new OneDnnTensor(type, dims, boxed(newStrides));
    }

    /** The same memory seen with the last two dims swapped: (.., R, C) becomes (.., C, R). */
    public OneDnnTensor transposed() {
        if (dims.size() < 2) {
            throw new IllegalArgumentException("only a tensor of two dims or more is transposed: " + this);
        }
        return new OneDnnTensor(type, swapped(dims), isAny() ? strides : swapped(strides));
    }

    /** Whether the library is to choose the layout. */
    public boolean isAny() {
        return strides.isEmpty();
    }

    /** Bytes from the first to past the last element; of an {@link #any} tensor, those of its elements alone. */
    public long bytes() {
        return (isAny() ? elements(dims) : span(dims, strides)) * type.bytes();
    }

    /** The same elements with dims of 1 put in front, up to {@code rank} dims. */
    OneDnnTensor leadingOnes(int rank) {
        List<Long> newDims = new ArrayList<>(dims);
        List<Long> newStrides = new ArrayList<>(strides);
        while (newDims.size() < rank) {
            if (!isAny()) {
                newStrides.addFirst(span(newDims, newStrides));
            }
            newDims.addFirst(1L);
        }
        return new OneDnnTensor(type, newDims, newStrides);
    }

    /** Type, dims, and strides unless row-major: {@code f32[2,3]}, {@code f32[2,3]/[1,2]}, {@code f32[2,3]/any}. */
    @Override
    public String toString() {
        String text = type + brackets(dims);
        if (isAny()) {
            return text + "/any";
        }
        long[] sizes = dims.stream().mapToLong(Long::longValue).toArray();
        return strides.equals(rowMajor(type, sizes).strides) ? text : text + "/" + brackets(strides);
    }

    private static String brackets(List<Long> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }

    private static List<Long> boxed(long[] values) {
        return LongStream.of(values).boxed().toList();
    }

    private static List<Long> swapped(List<Long> values) {
        List<Long> result = new ArrayList<>(values);
        int last = values.size() - 1;
        result.set(last, values.get(last - 1));
        result.set(last - 1, values.get(last));
        return result;
    }

    private static long elements(List<Long> dims) {
        return dims.stream().reduce(1L, Math::multiplyExact);
    }

    /** One past the largest element offset. */
    private static long span(List<Long> dims, List<Long> strides) {
        long last = 0;
        for (int i = 0; i < strides.size(); i++) {
            last = Math.addExact(last, Math.multiplyExact(dims.get(i) - 1, strides.get(i)));
        }
        return Math.addExact(last, 1);
    }
}
