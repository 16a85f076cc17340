package dev.gatun.simd.gemm;

/**
 * Shape and memory layout of a product {@code C[m, n] (+)= op(A)[m, k] * op(B)[k, n]} of f32 matrices, row-major.
 * With {@code transposeA}, A is stored as {@code [k, m]}; with {@code transposeB}, B is stored as {@code [n, k]}.
 *
 * @param m rows of C
 * @param n columns of C
 * @param k length of the inner dimension
 * @param transposeA whether A is stored with its rows along {@code k}
 * @param transposeB whether B is stored with its rows along {@code n}
 * @param lda elements from a stored row of A to the next
 * @param ldb elements from a stored row of B to the next
 * @param ldc elements from a row of C to the next
 */
public record GemmShape(
        int m, int n, int k, boolean transposeA, boolean transposeB, long lda, long ldb, long ldc) {
    /** @throws IllegalArgumentException when a size is not positive, or a leading dimension shorter than its row */
    public GemmShape {
        if (m < 1 || n < 1 || k < 1) {
            throw new IllegalArgumentException("Gemm: sizes must be positive, not m=" + m + " n=" + n + " k=" + k);
        }
        checkLeading("lda", lda, transposeA ? m : k);
        checkLeading("ldb", ldb, transposeB ? k : n);
        checkLeading("ldc", ldc, n);
    }

    /** Dense matrices: each leading dimension is the stored row's length. */
    public static GemmShape dense(int m, int n, int k, boolean transposeA, boolean transposeB) {
        return new GemmShape(m, n, k, transposeA, transposeB, transposeA ? m : k, transposeB ? k : n, n);
    }

    private static void checkLeading(String name, long leading, int row) {
        if (leading < row || leading > Long.MAX_VALUE >> 36) {
            throw new IllegalArgumentException("Gemm: " + name + "=" + leading
                    + " must be at least the stored row's length, " + row);
        }
    }
}
