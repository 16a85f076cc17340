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
        int start = start(index);
        if (start >= 0) return 0;
        return dilation == 1 ? -start : Math.ceilDiv(-start, dilation); // a division costs as much as a small window
    }

    /** One past the last element of a window that lies in the image. */
    int end(int index) {
        int left = size - start(index);
        return Math.min(window, dilation == 1 ? left : Math.ceilDiv(left, dilation));
    }
}
