package dev.gatun.simd.gemm;

import dev.gatun.simd.Kernel;
import java.util.List;

/**
 * Makes the kernels of f32 matrix products. Owns the generated micro-kernels, which products of all shapes share.
 *
 * <p>B is packed once into panels as wide as a register tile (Goto and van de Geijn, "Anatomy of high-performance
 * matrix multiplication", 2008); a task then copies its block of A next to each other and runs register tiles over it.
 * Products of a few rows, as in decoding one token, read B once, where it lies.
 *
 * <p>The order of additions depends on the shape alone: results do not depend on the number of threads.
 */
public final class Gemm {
    /** Up to this many rows a product is bound by reading B, and packing it would only double that. */
    public static final int FEW_ROWS = Streamed.ROWS;

    private final MicroKernels microKernels;

    /** With micro-kernels of its own. */
    public Gemm() {
        this(new MicroKernels());
    }

    /** With micro-kernels shared with others. */
    public Gemm(MicroKernels microKernels) {
        this.microKernels = microKernels;
    }

    /** The generated micro-kernels. */
    public MicroKernels microKernels() {
        return microKernels;
    }

    /** Bytes of workspace that {@link #kernels} needs for a batch of such products, for packed B; may be 0. */
    public long workspaceBytes(GemmShape shape, int batch) {
        if (Streamed.fits(shape) && batch == 1) return Streamed.workspaceBytes(shape);
        return isFew(shape) ? 0 : Math.multiplyExact(batch, Blocks.packedBytes(shape));
    }

    /** Columns of A would be gathered once for each task: worth it for fewer of them. */
    private static boolean isFew(GemmShape shape) {
        return shape.m() <= (shape.transposeA() ? FEW_ROWS / 2 : FEW_ROWS);
    }

    /** Whether the first of a product's kernels does nothing but pack B. */
    public static boolean packs(GemmShape shape, int batch) {
        return !isFew(shape) && !(Streamed.fits(shape) && batch == 1);
    }

    /** Whether a product has few rows and a large B, so that what it takes is the time to read B. */
    public static boolean isBoundByMemory(GemmShape shape) {
        return Streamed.isBoundByMemory(shape);
    }

    /** Whether {@link #fused} takes a product: a few rows, and a large B stored by rows. */
    public static boolean isStreamed(GemmShape shape) {
        return Streamed.fits(shape);
    }

    /**
     * The kernels of one product of a few rows and of what follows it.
     *
     * @param workspaceByteOffset where {@link #workspaceBytes} bytes of workspace lie, a multiple of 4
     * @throws IllegalArgumentException unless the shape {@link #isStreamed}, and when an offset is out of place
     */
    public List<Kernel> fused(GemmShape shape, Operand a, Operand b, Operand c, long workspaceByteOffset, Epilogue epilogue) {
        if (!isStreamed(shape)) throw new IllegalArgumentException("Gemm: nothing can follow a product of this shape: " + shape);
        checkOffsets("A", a.bytes());
        checkOffsets("B", b.bytes());
        checkOffsets("C", c.bytes());
        checkOffsets("the workspace", new long[] {workspaceByteOffset});
        return List.of(
                new Streamed(shape, a, b, workspaceByteOffset),
                new StreamedSum(shape, workspaceByteOffset, c, false, epilogue));
    }

    /**
     * The kernels that compute {@code C[i] = A[i] * B[i]} for each i, or {@code C[i] += A[i] * B[i]}; to be run one
     * after the other. The workspace is free again once the last has run. Equal entries of {@code bBytes} next to each
     * other, a B shared by the whole batch, are packed once.
     *
     * @param aBytes byte offset of each A; multiples of 4, as all offsets here
     * @param bBytes byte offset of each B
     * @param cBytes byte offset of each C, which must overlap no operand and no other C
     * @param workspaceByteOffset where {@link #workspaceBytes} bytes of workspace lie, a multiple of 64
     * @param accumulate whether the product is added to C, or replaces it
     * @throws IllegalArgumentException when the arrays differ in length or are empty, or an offset is out of place
     */
    public List<Kernel> kernels(
            GemmShape shape, long[] aBytes, long[] bBytes, long[] cBytes, long workspaceByteOffset,
            boolean accumulate) {
        return kernels(shape, Operand.still(aBytes), Operand.still(bBytes), Operand.still(cBytes), workspaceByteOffset, accumulate);
    }

    /**
     * As {@link #kernels(GemmShape, long[], long[], long[], long, boolean)}, of matrices that may move by iterations of a
     * loop around the product. Where B does not and the shape {@link #packs}, the first of two kernels need not run again.
     */
    public List<Kernel> kernels(
            GemmShape shape, Operand a, Operand b, Operand c, long workspaceByteOffset, boolean accumulate) {
        long[] aBytes = a.bytes();
        long[] bBytes = b.bytes();
        long[] cBytes = c.bytes();
        if (aBytes.length == 0 || aBytes.length != bBytes.length || aBytes.length != cBytes.length) {
            throw new IllegalArgumentException("Gemm: a batch needs one A, B and C per product, but there are "
                    + aBytes.length + ", " + bBytes.length + " and " + cBytes.length);
        }
        checkOffsets("A", aBytes);
        checkOffsets("B", bBytes);
        checkOffsets("C", cBytes);
        if (Streamed.fits(shape) && aBytes.length == 1) {
            checkOffsets("the workspace", new long[] {workspaceByteOffset});
            return List.of(
                    new Streamed(shape, a, b, workspaceByteOffset),
                    new StreamedSum(shape, workspaceByteOffset, c, accumulate, Epilogue.NONE));
        }
        if (isFew(shape)) {
            return List.of(new FewRows(shape, a, b, c, accumulate));
        }
        if (workspaceByteOffset < 0 || workspaceByteOffset % 64 != 0) {
            throw new IllegalArgumentException("Gemm: the workspace must lie at a multiple of 64 bytes, not at "
                    + workspaceByteOffset);
        }
        PackedB packed = PackedB.of(shape, bBytes, workspaceByteOffset);
        return List.of(
                new PackB(shape, packed, b.motion()),
                new Product(shape, a, packed, c, accumulate, microKernels));
    }

    private static void checkOffsets(String operand, long[] offsets) {
        for (long at : offsets) {
            if (at < 0 || (at & 3) != 0) {
                throw new IllegalArgumentException(
                        "Gemm: " + operand + " must lie at a multiple of 4 bytes, not at " + at);
            }
        }
    }
}
