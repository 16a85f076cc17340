package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.MicroKernel;
import dev.gatun.simd.gemm.MicroKernels;
import dev.gatun.simd.gemm.MicroShape;
import java.lang.foreign.MemorySegment;

/**
 * A convolution by 3x3 with transformed weights: a task transforms a block of squares of its source image, multiplies
 * them by the weights, one product for each of the 36 points, and transforms back, for some panels of the result's
 * channels.
 */
final class WinogradImages implements Kernel {
    /** Squares of a block: with few channels they stay in the L2 cache, with many they make good use of each weight. */
    private static final int FEW_CHANNELS = 128;
    private static final int TILES_FEW = 48;
    private static final int TILES_MANY = 64;
    private static final int ENOUGH_TASKS = 16;
    private static final int POINTS = WinogradMath.POINTS;
    private static final long PANEL_BYTES = WinogradWeights.PANEL_BYTES;

    private final String name;
    private final TileGrid grid;
    private final int depth;
    private final int width;
    private final long xBytes;
    private final long uBytes;
    private final long yBytes;
    private final int blocks;
    private final int blockTiles;
    private final int panels;
    private final int groupPanels;
    private final int height;
    private final MicroKernel whole;
    private final MicroKernel half;
    private final Squares squares;
    private final long productPoint;
    private final boolean narrowResult;
    private final Finish finish;

    /**
     * @param epilogue what follows
     * @param depth channels of the source
     * @param width channels of the result
     */
    WinogradImages(String name, TileGrid grid, Winograd.Elements elements, ConvEpilogue epilogue, int depth, int width,
            long x, long u, long y, MicroKernels kernels) {
        this.narrowResult = elements.narrowResult();
        this.name = name;
        this.grid = grid;
        this.depth = depth;
        this.width = width;
        this.xBytes = x;
        this.uBytes = u;
        this.yBytes = y;
        int most = depth <= FEW_CHANNELS ? TILES_FEW : TILES_MANY;
        blockTiles = Math.ceilDiv(grid.tiles(), Math.ceilDiv(grid.tiles(), most));
        blocks = Math.ceilDiv(grid.tiles(), blockTiles);
        panels = WinogradWeights.panels(width);
        groupPanels = Math.ceilDiv(panels, Math.clamp(Math.ceilDiv(ENOUGH_TASKS, blocks), 1, panels));
        int stacked = Math.ceilDiv(blockTiles, MicroKernels.tileRows());
        height = Math.ceilDiv(blockTiles, stacked);
        squares = new Squares(grid, depth, elements.narrow(), stacked * height);
        productPoint = stacked * height * PANEL_BYTES + 64;
        finish = new Finish(epilogue, width, narrowResult, y, squares.bytes() + POINTS * productPoint);
        double operations = 2.0 * POINTS * grid.tiles() * depth * width;
        whole = Winograd.micro(kernels, operations, new MicroShape(height, MicroKernels.tileVectors(), squares.row(), 4, PANEL_BYTES, false));
        boolean odd = width % WinogradWeights.PANEL != 0;
        half = odd ? Winograd.micro(kernels, operations, new MicroShape(height, 1, squares.row(), 4, PANEL_BYTES, false)) : whole;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int tasks() {
        return blocks * Math.ceilDiv(panels, groupPanels);
    }

    @Override
    public long scratchBytes() {
        return squares.bytes() + POINTS * productPoint + Finish.bytes(width);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int first = task % blocks * blockTiles;
        int tiles = Math.min(blockTiles, grid.tiles() - first);
        int panel = task / blocks * groupPanels;
        int end = Math.min(panels, panel + groupPanels);
        squares.transform(memory, xBytes, first, tiles, scratch);
        finish.prepare(memory, scratch);
        for (int j = panel; j < end; j++) {
            int columns = Math.min(WinogradWeights.PANEL, width - j * WinogradWeights.PANEL);
            products(memory, j, columns, tiles, scratch);
            for (int t = 0; t < tiles; t++) {
                long place = grid.resultPlace(first + t) * width + (long) j * WinogradWeights.PANEL;
                long from = squares.bytes() + t * PANEL_BYTES;
                if (!finish.isNone()) finished(memory, first + t, from, place, columns, scratch);
                else if (narrowResult) narrow(memory, first + t, from, place, columns, scratch);
                else whole(memory, first + t, from, place, columns, scratch);
            }
        }
    }

    private void whole(MemorySegment memory, int tile, long from, long place, int columns, MemorySegment scratch) {
        WinogradMath.output(scratch, from, productPoint, columns, 0, memory, yBytes + 4 * place,
                4L * grid.resultColumns() * width, 4L * width, grid.height(tile), grid.width(tile));
    }

    /** What follows the convolution works on a square of 4x4 places in scratch, and leaves it in the result. */
    private void finished(MemorySegment memory, int tile, long from, long place, int columns, MemorySegment scratch) {
        patch(from, columns, scratch);
        finish.rectangle(scratch, Squares.PATCH, TileGrid.SIDE * PANEL_BYTES, PANEL_BYTES, memory, place,
                (long) grid.resultColumns() * width, grid.height(tile), grid.width(tile), columns);
    }

    private void patch(long from, int columns, MemorySegment scratch) {
        WinogradMath.output(scratch, from, productPoint, columns, 0, scratch, Squares.PATCH,
                TileGrid.SIDE * PANEL_BYTES, PANEL_BYTES, TileGrid.SIDE, TileGrid.SIDE);
    }

    private void narrow(MemorySegment memory, int tile, long from, long place, int columns, MemorySegment scratch) {
        patch(from, columns, scratch);
        for (int i = 0; i < grid.height(tile); i++) {
            for (int k = 0; k < grid.width(tile); k++) {
                long to = place + ((long) i * grid.resultColumns() + k) * width;
                Bfloats.narrow(scratch, Squares.PATCH + (TileGrid.SIDE * i + k) * PANEL_BYTES, memory, yBytes + 2 * to, columns);
            }
        }
    }

    /** {@code (tiles, depth) (depth, panel) -> (tiles, panel)} for each point. */
    private void products(MemorySegment memory, int panel, int columns, int tiles, MemorySegment scratch) {
        MicroKernel micro = columns == WinogradWeights.PANEL ? whole : half;
        for (int p = 0; p < POINTS; p++) {
            long u = uBytes + WinogradWeights.at(depth, panel, p);
            for (int t = 0; t < tiles; t += height) {
                micro.run(scratch, squares.at(p) + t * squares.row(), memory, u,
                        scratch, squares.bytes() + p * productPoint + t * PANEL_BYTES, PANEL_BYTES, depth);
            }
        }
    }
}
