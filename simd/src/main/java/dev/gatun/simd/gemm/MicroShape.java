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
 */
public record MicroShape(int rows, int vectors, long aRow, long aStep, long bStep, boolean accumulate) {
    public MicroShape {
        if (rows < 1 || rows > Lanes.TILE_ROWS || vectors < 1 || vectors > Lanes.TILE_VECTORS) {
            throw new IllegalArgumentException("Micro-kernel: a tile of " + rows + " rows x " + vectors
                    + " vectors does not fit the registers; at most " + Lanes.TILE_ROWS + " x " + Lanes.TILE_VECTORS);
        }
        if (aRow < 0 || aStep < 0 || bStep < 0 || ((aRow | aStep | bStep) & 3) != 0) {
            throw new IllegalArgumentException("Micro-kernel: strides " + aRow + ", " + aStep + ", " + bStep
                    + " must be multiples of 4 bytes and not negative");
        }
    }

    String className() {
        return "Gen_" + rows + "x" + vectors + "_" + aRow + "_" + aStep + "_" + bStep + (accumulate ? "_add" : "_set");
    }
}
