package dev.gatun.simd.conv;

/**
 * What follows a convolution while its result is written: {@code relu(conv * scale + bias + residual)}, or with the
 * residual added last. Offsets are bytes, -1 for none.
 *
 * @param scaleBytes where a factor for each channel lies, f32
 * @param biasBytes where a bias for each channel lies, f32
 * @param residualBytes where a residual of the result's shape and type lies; not the result itself
 * @param residualLast whether it is added after the rectifier
 * @param relu whether what is negative becomes 0
 */
public record ConvEpilogue(long scaleBytes, long biasBytes, long residualBytes, boolean residualLast, boolean relu) {
    /** Nothing follows. */
    public static final ConvEpilogue NONE = new ConvEpilogue(-1, -1, -1, false, false);

    /** @throws IllegalArgumentException when an offset is out of place */
    public ConvEpilogue {
        boolean isAligned = isAt(scaleBytes, 4) && isAt(biasBytes, 4) && isAt(residualBytes, 2);
        if (!isAligned) {
            throw new IllegalArgumentException("convolution: scale, bias and residual must lie at multiples of their elements' size, not at "
                    + scaleBytes + ", " + biasBytes + " and " + residualBytes);
        }
    }

    private static boolean isAt(long bytes, int size) {
        return bytes == -1 || bytes >= 0 && bytes % size == 0;
    }

    /** Whether nothing follows. */
    public boolean isNone() {
        return scaleBytes < 0 && biasBytes < 0 && residualBytes < 0 && !relu;
    }
}
