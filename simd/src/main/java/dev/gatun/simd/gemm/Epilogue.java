package dev.gatun.simd.gemm;

/**
 * What follows a product of a few rows while it is written: {@code C = activation(A * B + bias) + residual}.
 *
 * @param biasBytes byte offset of the bias, f32[n]; -1 for none
 * @param activation applied to the sum
 * @param residualBytes byte offset of the residual, which may be C itself; -1 for none
 * @param ldResidual elements from a row of the residual to the next
 */
public record Epilogue(long biasBytes, Activation activation, long residualBytes, long ldResidual) {
    /** Functions that can follow a product. */
    public enum Activation {
        NONE,
        RELU,
        /** {@code x / (1 + exp(-2u))}, {@code u = sqrt(2/pi) (x + 0.044715 x^3)}: the tanh form of GELU. */
        GELU_TANH
    }

    /** Nothing follows. */
    public static final Epilogue NONE = new Epilogue(-1, Activation.NONE, -1, 0);

    /** @throws IllegalArgumentException when an offset is out of place */
    public Epilogue {
        if (biasBytes < -1 || biasBytes > 0 && (biasBytes & 3) != 0 || residualBytes < -1 || residualBytes > 0 && (residualBytes & 3) != 0) {
            throw new IllegalArgumentException("Gemm: bias and residual must lie at multiples of 4 bytes, not at "
                    + biasBytes + " and " + residualBytes);
        }
    }
}
