package dev.gatun.models.layers;

import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Tensor;

/**
 * Largest element of square windows of channels-last images: {@code [N,H,W,C] -> [N,H',W',C]}.
 *
 * @param window rows and columns of a window
 * @param stride from window to window
 * @param padding places outside the image, below the window
 */
public record MaxPool(int window, int stride, int padding) {
    /** Windows side by side. */
    public static MaxPool of(int window) {
        return new MaxPool(window, window, 0);
    }

    public Tensor apply(Tensor x) {
        return Pool2d.max(x, window, stride, padding);
    }
}
