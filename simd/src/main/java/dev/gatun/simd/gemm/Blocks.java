package dev.gatun.simd.gemm;

/**
 * How a product is cut. A task owns {@code rowTiles} register tiles of rows by {@code panels} panels of columns of C,
 * and walks the inner dimension {@code depth} steps at a time. Sizes alone decide.
 *
 * @param rowTiles register tiles of rows in a task
 * @param rowBlocks tasks along the rows
 * @param panels panels of columns in a task
 * @param columnBlocks tasks along the columns
 * @param depth steps of the inner dimension done at once, at most {@link #DEPTH}
 */
record Blocks(int rowTiles, int rowBlocks, int panels, int columnBlocks, int depth) {
    /** Most steps of the inner dimension done at once: a panel of B, 48 KiB with 16 lanes, streams from L2. */
    static final int DEPTH = 384;
    /** Columns of a panel of B: the width of the full register tile. */
    static final int PANEL = Lanes.TILE_VECTORS * Lanes.COUNT;
    static final long PANEL_BYTES = 4L * PANEL;

    /** Columns of a task: with {@link #DEPTH} rows they fill about half of an L2 cache of 1 MiB. */
    private static final int COLUMNS = 384;
    /** Rows of a task: as many times is a block of B used once it is in the L2 cache. */
    private static final int ROWS = 96;
    /** Enough tasks to keep 16 workers evenly busy. */
    private static final int ENOUGH_TASKS = 32;
    private static final int FEWEST_ROW_TILES = 3;
    private static final int FEWEST_PANELS = 4;

    static Blocks of(GemmShape shape, int batch) {
        int tiles = ceilDiv(shape.m(), Lanes.TILE_ROWS);
        int panels = ceilDiv(shape.n(), PANEL);
        int columnBlocks = ceilDiv(panels, Math.max(1, COLUMNS / PANEL));
        int rowBlocks = ceilDiv(tiles, Math.max(1, ROWS / Lanes.TILE_ROWS));
        int wanted = ceilDiv(ENOUGH_TASKS, batch);
        if (rowBlocks * (long) columnBlocks < wanted) {
            rowBlocks = Math.max(rowBlocks, Math.min(ceilDiv(wanted, columnBlocks), tiles / FEWEST_ROW_TILES));
        }
        if (rowBlocks * (long) columnBlocks < wanted) {
            columnBlocks = Math.max(columnBlocks, Math.min(ceilDiv(wanted, rowBlocks), panels / FEWEST_PANELS));
        }
        int rowTiles = ceilDiv(tiles, rowBlocks);
        int taskPanels = ceilDiv(panels, columnBlocks);
        return new Blocks(rowTiles, ceilDiv(tiles, rowTiles), taskPanels, ceilDiv(panels, taskPanels), depth(shape.k()));
    }

    /** Blocks of the inner dimension of nearly the same length; a short last one would pay for loading and storing C. */
    static int depth(int k) {
        int even = ceilDiv(k, ceilDiv(k, DEPTH));
        return Math.min(DEPTH, ceilDiv(even, 8) * 8);
    }

    /** Columns of B once packed: whole panels, the last one filled up with zeros. */
    static long packedColumns(GemmShape shape) {
        return (long) ceilDiv(shape.n(), PANEL) * PANEL;
    }

    /** Bytes of one matrix B once packed. */
    static long packedBytes(GemmShape shape) {
        return 4L * shape.k() * packedColumns(shape);
    }

    /** Where a panel starts in packed B: blocks of the inner dimension one after another, panels within. */
    static long panelAt(GemmShape shape, int step, int depth, int panel) {
        return 4L * step * packedColumns(shape) + (long) panel * depth * PANEL_BYTES;
    }

    static int ceilDiv(int x, int y) {
        return Math.ceilDiv(x, y);
    }
}
