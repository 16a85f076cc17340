package dev.gatun.simd.conv;

import java.lang.foreign.MemorySegment;

/**
 * Transformed squares of images in a worker's scratch memory: {@code [36][capacity][channels]}. In front lies what
 * transforms need, and a square of 6x6 places for those that reach outside their image.
 */
final class Squares {
    /** Where a square of 6x6 places lies that is worked on. */
    static final long PATCH = WinogradMath.SCRATCH_BYTES;

    private final TileGrid grid;
    private final int channels;
    private final boolean narrow;
    private final long start;
    private final long row;
    private final long point;

    /**
     * @param narrow whether the images are bf16
     * @param capacity squares that there is room for
     */
    Squares(TileGrid grid, int channels, boolean narrow, int capacity) {
        this.grid = grid;
        this.channels = channels;
        this.narrow = narrow;
        start = PATCH + WinogradMath.POINTS * 4L * channels;
        row = 4L * (channels + 16); // rows one after another do not share cache sets
        point = capacity * row + 64;
    }

    /** Bytes in all. */
    long bytes() {
        return start + WinogradMath.POINTS * point;
    }

    /** Where a point's squares start. */
    long at(int p) {
        return start + p * point;
    }

    /** Bytes from a square to the next. */
    long row() {
        return row;
    }

    /** Transforms squares of the images at {@code x}. */
    void transform(MemorySegment memory, long x, int first, int tiles, MemorySegment scratch) {
        long pixel = 4L * channels;
        for (int t = 0; t < tiles; t++) {
            int tile = first + t;
            long to = start + t * row;
            if (!narrow && grid.isInside(tile)) {
                long at = x + grid.sourcePlace(tile) * pixel;
                WinogradMath.input(memory, at, grid.columns() * pixel, pixel, channels, scratch, to, point, 0);
            } else {
                patch(memory, x, tile, scratch);
                WinogradMath.input(scratch, PATCH, TileGrid.READ * pixel, pixel, channels, scratch, to, point, 0);
            }
        }
    }

    /** Copies a square's places, zeros where they lie outside. */
    private void patch(MemorySegment memory, long x, int tile, MemorySegment scratch) {
        long pixel = 4L * channels;
        int column = grid.column(tile) - grid.columnPadding();
        int from = Math.clamp(-column, 0, TileGrid.READ);
        int to = Math.clamp(grid.columns() - column, from, TileGrid.READ);
        for (int i = 0; i < TileGrid.READ; i++) {
            long line = PATCH + i * TileGrid.READ * pixel;
            int row = grid.row(tile) - grid.rowPadding() + i;
            if (row < 0 || row >= grid.rows()) {
                scratch.asSlice(line, TileGrid.READ * pixel).fill((byte) 0);
                continue;
            }
            long place = ((long) grid.image(tile) * grid.rows() + row) * grid.columns() + column + from;
            if (from > 0) scratch.asSlice(line, from * pixel).fill((byte) 0);
            if (narrow) {
                Bfloats.widen(memory, x + 2 * place * channels, scratch, line + from * pixel, (to - from) * channels);
            } else if (to > from) {
                MemorySegment.copy(memory, x + place * pixel, scratch, line + from * pixel, (to - from) * pixel);
            }
            if (to < TileGrid.READ) scratch.asSlice(line + to * pixel, (TileGrid.READ - to) * pixel).fill((byte) 0);
        }
    }
}
