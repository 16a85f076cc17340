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
    /** Most steps of the inner dimension done at once: a panel of B, 64 KiB with 16 lanes, streams from L2. */
    static final int DEPTH = 512;
    /** Columns of a panel of B: the width of the full register tile. */
    static final int PANEL = Lanes.TILE_VECTORS * Lanes.COUNT;
    static final long PANEL_BYTES = 4L * PANEL;

    /** Columns of a task: so often are its rows of A used once they are packed. */
    private static final int COLUMNS = 1024;
    /** Rows of a task: so often is a block of B used before the next, while it is in the L3 cache at least. */
    private static final int ROWS = 96;
    /** Tasks of some rows: as many that a worker with one more than others makes little difference. */
    private static final int MANY_TASKS = 96;
    /** Multiply-adds of a task, at least: ten microseconds. */
    private static final long TASK = 1 << 19;
    /** Below so many tasks the columns are divided as well, though each task then packs A anew. */
    private static final int FEW_TASKS = 16;
    private static final int FEWEST_PANELS = 8;

    static Blocks of(GemmShape shape, int batch) {
        int tiles = ceilDiv(shape.m(), Lanes.TILE_ROWS);
        int panels = ceilDiv(shape.n(), PANEL);
        int columnBlocks = ceilDiv(panels, Math.max(1, COLUMNS / PANEL));
        long tile = (long) Lanes.TILE_ROWS * ceilDiv(panels, columnBlocks) * PANEL * shape.k();
        int leastTiles = Math.clamp(Math.ceilDiv(TASK, tile), Math.min(tiles, shape.transposeA() ? PackA.TOGETHER : 1), tiles);
        int mostTiles = Math.max(leastTiles, ROWS / Lanes.TILE_ROWS);
        int wanted = ceilDiv(MANY_TASKS, Math.multiplyExact(batch, columnBlocks));
        int rowBlocks = ceilDiv(tiles, Math.clamp(tiles / wanted, leastTiles, mostTiles));
        int few = ceilDiv(FEW_TASKS, batch);
        if (rowBlocks * (long) columnBlocks < few) {
            columnBlocks = Math.max(columnBlocks, Math.min(ceilDiv(few, rowBlocks), panels / FEWEST_PANELS));
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
