package dev.gatun.simd.conv;

/**
 * Result images cut into squares of 4x4, row by row, image after image; those at the lower and right edge may reach
 * outside. A square reads 6x6 places of its source image, from {@code 4 i - padding} on.
 *
 * @param images number of images
 * @param rows of a source image
 * @param columns of a source image
 * @param resultRows of a result image
 * @param resultColumns of a result image
 * @param rowPadding rows outside a source image before its first
 * @param columnPadding columns outside a source image before its first
 */
record TileGrid(int images, int rows, int columns, int resultRows, int resultColumns, int rowPadding, int columnPadding) {
    /** Rows and columns of a square of the result. */
    static final int SIDE = 4;
    /** Rows and columns of what it reads. */
    static final int READ = 6;

    /** The squares of a convolution's result. */
    static TileGrid forward(ConvShape s) {
        return new TileGrid(s.images(), s.rows().size(), s.columns().size(), s.rows().count(), s.columns().count(),
                s.rows().padding(), s.columns().padding());
    }

    /** The squares of the input's gradient, which is a convolution of the result's gradient by the mirrored kernel. */
    static TileGrid backward(ConvShape s) {
        return new TileGrid(s.images(), s.rows().count(), s.columns().count(), s.rows().size(), s.columns().size(),
                2 - s.rows().padding(), 2 - s.columns().padding());
    }

    private int down() {
        return Math.ceilDiv(resultRows, SIDE);
    }

    private int across() {
        return Math.ceilDiv(resultColumns, SIDE);
    }

    /** Number of squares. */
    int tiles() {
        return Math.multiplyExact(images, Math.multiplyExact(down(), across()));
    }

    int image(int tile) {
        return tile / (down() * across());
    }

    /** First row of the result. */
    int row(int tile) {
        return tile / across() % down() * SIDE;
    }

    /** First column of the result. */
    int column(int tile) {
        return tile % across() * SIDE;
    }

    /** Rows of a square that lie in the result. */
    int height(int tile) {
        return Math.min(SIDE, resultRows - row(tile));
    }

    /** Columns of a square that lie in the result. */
    int width(int tile) {
        return Math.min(SIDE, resultColumns - column(tile));
    }

    /** Number of the result place that a square starts at. */
    long resultPlace(int tile) {
        return ((long) image(tile) * resultRows + row(tile)) * resultColumns + column(tile);
    }

    /** Number of the source place that a square starts to read at, where {@link #isInside}. */
    long sourcePlace(int tile) {
        return ((long) image(tile) * rows + row(tile) - rowPadding) * columns + column(tile) - columnPadding;
    }

    /** Whether all that a square reads lies in its source image. */
    boolean isInside(int tile) {
        int row = row(tile) - rowPadding;
        int column = column(tile) - columnPadding;
        return row >= 0 && column >= 0 && row + READ <= rows && column + READ <= columns;
    }
}
