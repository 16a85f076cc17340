package dev.gatun.simd.attention;

import dev.gatun.simd.gemm.MicroKernel;
import dev.gatun.simd.gemm.MicroKernels;
import dev.gatun.simd.gemm.MicroShape;
import dev.gatun.simd.gemm.Panels;
import java.lang.foreign.MemorySegment;

/**
 * The matrix products of one attention, over operands in scratch at fixed strides: three generated micro-kernels, used
 * with full tiles only, since scratch is filled up to whole tiles.
 */
final class Tiles {
    /** Keys handled at once: whole tiles and whole panels. */
    static final int KEYS = 256;
    static final int ROWS = MicroKernels.tileRows();
    static final int PANEL = Panels.columns();
    static final long PANEL_BYTES = 4L * PANEL;
    /** Bytes of a row of scores; an odd number of cache lines. */
    static final long SCORES = 4L * (KEYS + 16);

    private final int depth;
    private final int columns;
    private final long row;
    private final MicroKernel scores;
    private final MicroKernel weigh;
    private final MicroKernel gather;

    Tiles(AttentionShape shape, MicroKernels kernels, boolean backward) {
        depth = shape.headDim();
        columns = Math.ceilDiv(depth, PANEL) * PANEL;
        row = 4L * (columns + 16);
        int vectors = MicroKernels.tileVectors();
        double pairs = (double) shape.batch() * shape.heads() * shape.queries() * shape.keys();
        boolean warm = pairs * depth > 1e7;
        scores = pick(kernels, new MicroShape(ROWS, vectors, row, 4, PANEL_BYTES, false).within(depth, SCORES), warm);
        weigh = pick(kernels, new MicroShape(ROWS, vectors, SCORES, 4, row, true).within(KEYS, row), warm);
        if (warm) {
            Rows.warm(backward);
        }
        gather = backward ? pick(kernels, new MicroShape(ROWS, vectors, 4, SCORES, row, true).within(Backward.QUERIES, row), warm) : null;
    }

    private static MicroKernel pick(MicroKernels kernels, MicroShape shape, boolean warm) {
        return warm ? kernels.warm(shape) : kernels.get(shape);
    }

    /** Columns of an operand's row in scratch: the head's length, filled up to whole panels with zeros. */
    int columns() {
        return columns;
    }

    /** Bytes of an operand's row in scratch. */
    long row() {
        return row;
    }

    /** Bytes of so many transposed rows in scratch. */
    long transposedBytes(int rows) {
        return (long) Math.ceilDiv(rows, PANEL) * depth * PANEL_BYTES;
    }

    /** Transposes rows into panels {@code [rows / PANEL][headDim, PANEL]}. */
    void transpose(MemorySegment memory, long from, long stride, int rows, MemorySegment scratch, long to) {
        for (int j = 0; j < rows; j += PANEL) {
            Panels.transpose(memory, from + j * stride, stride, Math.min(PANEL, rows - j),
                    scratch, to + j / PANEL * (depth * PANEL_BYTES), depth);
        }
    }

    /** {@code scores[ROWS, keys] = x[ROWS, headDim] * transposed[headDim, keys]}, rounded up to whole panels. */
    void scores(MemorySegment scratch, long x, long transposed, int keys, long to) {
        for (int j = 0; j < keys; j += PANEL) {
            scores.run(scratch, x, scratch, transposed + j / PANEL * (depth * PANEL_BYTES), scratch, to + 4L * j,
                    SCORES, depth);
        }
    }

    /** {@code sums[ROWS, headDim] += scores[ROWS, keys] * rows[keys, headDim]}. */
    void weigh(MemorySegment scratch, long scoresAt, long rows, int keys, long sums) {
        for (int j = 0; j < columns; j += PANEL) {
            weigh.run(scratch, scoresAt, scratch, rows + 4L * j, scratch, sums + 4L * j, row, keys);
        }
    }

    /** {@code sums[ROWS, headDim] += transposed(scores[queries, ROWS]) * rows[queries, headDim]}. */
    void gather(MemorySegment scratch, long scoresAt, long rows, int queries, long sums) {
        for (int j = 0; j < columns; j += PANEL) {
            gather.run(scratch, scoresAt, scratch, rows + 4L * j, scratch, sums + 4L * j, row, queries);
        }
    }
}
