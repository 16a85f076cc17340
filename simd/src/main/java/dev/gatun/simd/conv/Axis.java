package dev.gatun.simd.conv;

/**
 * How windows lie along one axis of an image.
 *
 * @param size elements of the image
 * @param window elements of a window
 * @param stride from window to window
 * @param padding elements outside the image before the first
 * @param dilation distance of a window's elements
 */
public record Axis(int size, int window, int stride, int padding, int dilation) {
    /** @throws IllegalArgumentException when a number is out of range, or not even one window fits */
    public Axis {
        boolean fits = size >= 1 && window >= 1 && stride >= 1 && padding >= 0 && dilation >= 1
                && (window - 1L) * dilation + 1 <= size + 2L * padding;
        if (!fits) {
            throw new IllegalArgumentException("no window fits: size " + size + ", window " + window + ", stride " + stride
                    + ", padding " + padding + ", dilation " + dilation);
        }
    }

    /** Number of windows. */
    public int count() {
        return (size + 2 * padding - dilation * (window - 1) - 1) / stride + 1;
    }

    /** Position of a window's first element; may lie outside the image. */
    int start(int index) {
        return index * stride - padding;
    }

    /** The first element of a window that lies in the image. */
    int first(int index) {
        return Math.max(0, Math.ceilDiv(-start(index), dilation));
    }

    /** One past the last element of a window that lies in the image. */
    int end(int index) {
        return Math.min(window, Math.ceilDiv(size - start(index), dilation));
    }
}
