package dev.gatun.simd.attention;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.MicroKernels;

/**
 * Makes the kernels of multi-head attention. Scores exist block by block only, in a worker's scratch, so that memory
 * grows with the sequence's length and not its square (Dao et al., "FlashAttention", 2022). Products run on generated
 * micro-kernels; blocks that causality hides are skipped.
 *
 * <p>The order of additions depends on the shape alone: results do not depend on the number of threads.
 */
public final class Attention {
    private final MicroKernels microKernels;

    /** With micro-kernels shared with others, such as those of a {@link dev.gatun.simd.gemm.Gemm}. */
    public Attention(MicroKernels microKernels) {
        this.microKernels = microKernels;
    }

    /**
     * {@code o = softmax(scale * q k^T) v}, each [batch, time, head, headDim].
     *
     * @param logSumExpBytes where to write f32[batch, heads, queries], the logarithm of each softmax's denominator; a
     *     multiple of 4
     * @throws IllegalArgumentException when an offset is out of place
     */
    public Kernel forward(AttentionShape shape, Layout q, Layout k, Layout v, Layout o, long logSumExpBytes) {
        checkLogSumExp(logSumExpBytes);
        return new Forward(shape, q, k, v, o, logSumExpBytes, new Tiles(shape, microKernels, false));
    }

    /**
     * The gradients dq, dk and dv for the gradient {@code dO} of {@code o}. They replace what is there.
     *
     * @param o the forward kernel's result
     * @param logSumExpBytes where the forward kernel wrote the logarithms
     * @throws IllegalArgumentException when an offset is out of place
     */
    public Kernel backward(AttentionShape shape, Layout q, Layout k, Layout v, Layout o, long logSumExpBytes,
            Layout dO, Layout dq, Layout dk, Layout dv) {
        checkLogSumExp(logSumExpBytes);
        Backward.Operands operands = new Backward.Operands(q, k, v, o, logSumExpBytes, dO, dq, dk, dv);
        return new Backward(shape, operands, new Tiles(shape, microKernels, true));
    }

    /**
     * New queries over a cache that holds their own keys and values too: query {@code t} of sequence {@code i} sees rows
     * {@code 0 .. position[i] + t} of slot {@code slot[i]}. An index out of range raises
     * {@link IndexOutOfBoundsException}.
     *
     * @param slotBytes where i32[n] slots lie
     * @param positionBytes where i32[n] positions lie
     */
    public Kernel cached(CacheShape shape, Layout q, Layout keys, Layout values, Layout o, long slotBytes, long positionBytes) {
        if (slotBytes < 0 || positionBytes < 0 || (slotBytes & 3) != 0 || (positionBytes & 3) != 0) {
            throw new IllegalArgumentException("Attention: slots and positions must lie at multiples of 4 bytes, not at "
                    + slotBytes + " and " + positionBytes);
        }
        return new Cached(shape, q, keys, values, o, slotBytes, positionBytes);
    }

    private static void checkLogSumExp(long at) {
        if (at < 0 || (at & 3) != 0) {
            throw new IllegalArgumentException("Attention: logSumExp must lie at a multiple of 4 bytes, not at " + at);
        }
    }
}
