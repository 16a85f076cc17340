package dev.gatun.simd.gemm;

/**
 * What is constant in one generated micro-kernel. Strides are bytes.
 *
 * @param rows rows of the tile, 1 to {@link MicroKernels#tileRows()}
 * @param vectors vectors side by side, 1 to {@link MicroKernels#tileVectors()}
 * @param aRow from a row of A to the next
 * @param aStep from a step of the inner dimension to the next, in A
 * @param bStep from a step of the inner dimension to the next, in B
 * @param accumulate whether the product is added to C, or replaces it
 * @param run steps after which A is moved on by {@code aSkip} more, as at the end of a line of an image; 0 for never
 * @param aSkip bytes that A is moved on by then
 * @param most most steps that a call may have, 0 for any number; only without runs
 * @param cRow from a row of C to the next in every call, where {@code most} is given; else 0
 */
public record MicroShape(int rows, int vectors, long aRow, long aStep, long bStep, boolean accumulate, int run, long aSkip,
        int most, long cRow) {
    public MicroShape {
        if (rows < 1 || rows > Lanes.TILE_ROWS || vectors < 1 || vectors > Lanes.TILE_VECTORS) {
            throw new IllegalArgumentException("Micro-kernel: a tile of " + rows + " rows x " + vectors
                    + " vectors does not fit the registers; at most " + Lanes.TILE_ROWS + " x " + Lanes.TILE_VECTORS);
        }
        if (aRow < 0 || aStep < 0 || bStep < 1 || ((aRow | aStep | bStep) & 3) != 0) {
            throw new IllegalArgumentException("Micro-kernel: strides " + aRow + ", " + aStep + ", " + bStep
                    + " must be multiples of 4 bytes and not negative, that of B not 0");
        }
        if (run < 0 || aSkip < 0 || (aSkip & 3) != 0 || run == 0 && aSkip != 0) {
            throw new IllegalArgumentException("Micro-kernel: runs of " + run + " steps, then " + aSkip + " bytes");
        }
        if (most < 0 || cRow < 0 || (cRow & 3) != 0 || most == 0 && cRow != 0 || most != 0 && run != 0) {
            throw new IllegalArgumentException("Micro-kernel: at most " + most + " steps, rows of C " + cRow
                    + " bytes apart, runs of " + run);
        }
    }

    /** A kernel whose steps in A are all alike. */
    public MicroShape(int rows, int vectors, long aRow, long aStep, long bStep, boolean accumulate) {
        this(rows, vectors, aRow, aStep, bStep, accumulate, 0, 0);
    }

    /** A kernel that goes over runs. */
    public MicroShape(int rows, int vectors, long aRow, long aStep, long bStep, boolean accumulate, int run, long aSkip) {
        this(rows, vectors, aRow, aStep, bStep, accumulate, run, aSkip, 0, 0);
    }

    /**
     * The same for calls of at most so many steps whose rows of C lie so far apart, on memory that holds the most steps at
     * each call's offsets. All accesses are then known to be in bounds; to check 64 steps costs as much as 8 of them.
     */
    public MicroShape within(int most, long cRow) {
        return new MicroShape(rows, vectors, aRow, aStep, bStep, accumulate, run, aSkip, most, cRow);
    }

    /** The same with another number of rows. */
    MicroShape ofRows(int number) {
        return new MicroShape(number, vectors, aRow, aStep, bStep, accumulate, run, aSkip, most, cRow);
    }

    /** Bytes of A that the first {@code steps} steps span; with runs, a whole number of them. */
    long spanOfA(int steps) {
        return (rows - 1) * aRow + (steps - 1) * aStep + (run == 0 ? 0 : steps / run * aSkip) + 4;
    }

    /** The same of B. */
    long spanOfB(int steps) {
        return (steps - 1) * bStep + (long) vectors * Lanes.BYTES;
    }

    /** Bytes of C that a tile spans. */
    long spanOfC(long cRow) {
        return (rows - 1) * cRow + (long) vectors * Lanes.BYTES;
    }

    String className() {
        return "Gen_" + rows + "x" + vectors + "_" + aRow + "_" + aStep + "_" + bStep + (accumulate ? "_add" : "_set")
                + (run == 0 ? "" : "_" + run + "_" + aSkip) + (most == 0 ? "" : "_" + most + "_" + cRow);
    }
}
