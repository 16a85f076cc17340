package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.MicroKernel;
import dev.gatun.simd.gemm.MicroKernels;
import dev.gatun.simd.gemm.MicroShape;
import java.lang.foreign.MemorySegment;

/**
 * The gradient of a 3x3 convolution by its weights. A task takes a part of all squares and some panels of output
 * channels, block by block: both sides are transformed, 36 products over the block's squares are added up, and the sums
 * are transformed into {@code [3,3,C,O]} at the end. With several parts, each writes a partial gradient of its own.
 */
final class WinogradGradient implements Kernel {
    private static final int TILES = 48;
    private static final int ENOUGH_TASKS = 16;
    /** Panels of a task, where there are enough. */
    private static final int GROUP = 2;
    /** Squares of a part, at least: its sums are written once. */
    private static final int LEAST = 128;
    private static final int POINTS = WinogradMath.POINTS;
    private static final long PANEL_BYTES = WinogradWeights.PANEL_BYTES;

    private final TileGrid grid;
    private final boolean narrow;
    private final int in;
    private final int out;
    private final long xBytes;
    private final long yBytes;
    private final long toBytes;
    private final int panels;
    private final int partTiles;
    private final int blockTiles;
    private final int stacked;
    private final int height;
    private final MicroKernel[][] micro = new MicroKernel[2][2];
    private final Squares squares;
    private final long gradients;
    private final long gradientPoint;
    private final long sums;
    private final long sumPoint;
    private final long scratchBytes;

    /**
     * @param narrow whether x and y are bf16
     * @param to the gradient, or {@link #parts} partial ones
     */
    WinogradGradient(ConvShape s, boolean narrow, long x, long y, long to, MicroKernels kernels) {
        this.narrow = narrow;
        grid = TileGrid.forward(s);
        in = s.in();
        out = s.out();
        xBytes = x;
        yBytes = y;
        toBytes = to;
        panels = WinogradWeights.panels(out);
        partTiles = Math.ceilDiv(grid.tiles(), parts(s));
        blockTiles = Math.ceilDiv(partTiles, Math.ceilDiv(partTiles, TILES));
        stacked = Math.ceilDiv(in, MicroKernels.tileRows());
        height = Math.ceilDiv(in, stacked);
        squares = new Squares(grid, in, narrow, blockTiles);
        gradients = squares.bytes() + 16 * GROUP * PANEL_BYTES;
        gradientPoint = blockTiles * GROUP * PANEL_BYTES + 64;
        sums = gradients + POINTS * gradientPoint;
        sumPoint = stacked * height * GROUP * PANEL_BYTES + 64;
        scratchBytes = sums + POINTS * sumPoint;
        boolean odd = out % WinogradWeights.PANEL != 0;
        for (int add = 0; add < 2; add++) {
            for (int vectors = 1; vectors <= MicroKernels.tileVectors(); vectors++) {
                if (vectors == 1 && !odd) continue;
                micro[add][vectors - 1] = Winograd.micro(kernels, s.operations(),
                        new MicroShape(height, vectors, 4, squares.row(), GROUP * PANEL_BYTES, add == 1));
            }
        }
    }

    /** How many partial gradients there are. */
    static int parts(ConvShape s) {
        int groups = Math.ceilDiv(WinogradWeights.panels(s.out()), GROUP);
        int tiles = TileGrid.forward(s).tiles();
        int parts = Math.clamp(Math.ceilDiv(ENOUGH_TASKS, groups), 1, Math.max(1, tiles / LEAST));
        return Math.ceilDiv(tiles, Math.ceilDiv(tiles, parts));
    }

    /** Bytes of one of them. */
    static long partBytes(ConvShape s) {
        return 4L * 9 * s.in() * s.out();
    }

    private int groups() {
        return Math.ceilDiv(panels, GROUP);
    }

    @Override
    public String name() {
        return "winograd.gradient";
    }

    @Override
    public int tasks() {
        return Math.ceilDiv(grid.tiles(), partTiles) * groups();
    }

    @Override
    public long scratchBytes() {
        return scratchBytes;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int part = task / groups();
        int column = task % groups() * GROUP * WinogradWeights.PANEL;
        int columns = Math.min(GROUP * WinogradWeights.PANEL, out - column);
        int first = part * partTiles;
        int end = Math.min(grid.tiles(), first + partTiles);
        for (int at = first; at < end; at += blockTiles) {
            int tiles = Math.min(blockTiles, end - at);
            squares.transform(memory, xBytes, at, tiles, scratch);
            for (int t = 0; t < tiles; t++) gradient(memory, at + t, column, columns, scratch, gradients + t * GROUP * PANEL_BYTES);
            products(columns, tiles, at > first, scratch);
        }
        long tap = 4L * in * out;
        for (int c = 0; c < in; c++) {
            WinogradMath.kernelGradient(scratch, sums + c * GROUP * PANEL_BYTES, sumPoint, columns, 0,
                    memory, toBytes + part * 9 * tap + 4 * ((long) c * out + column), 3 * tap, tap);
        }
    }

    /** Transforms a square of the result's gradient; places outside the image count as zeros. */
    private void gradient(MemorySegment memory, int tile, int column, int columns, MemorySegment scratch, long to) {
        long place = grid.resultPlace(tile) * out + column;
        long at = yBytes + 4 * place;
        long pixel = 4L * out;
        if (!narrow && grid.height(tile) == TileGrid.SIDE && grid.width(tile) == TileGrid.SIDE) {
            WinogradMath.outputGradient(memory, at, grid.resultColumns() * pixel, pixel, columns, scratch, to, gradientPoint, 0);
            return;
        }
        long patch = squares.bytes();
        long bytes = 4L * columns;
        scratch.asSlice(patch, TileGrid.SIDE * TileGrid.SIDE * bytes).fill((byte) 0);
        for (int i = 0; i < grid.height(tile); i++) {
            for (int j = 0; j < grid.width(tile); j++) {
                long copy = patch + (TileGrid.SIDE * i + j) * bytes;
                long step = (long) i * grid.resultColumns() + j;
                if (narrow) Bfloats.widen(memory, yBytes + 2 * (place + step * out), scratch, copy, columns);
                else MemorySegment.copy(memory, at + step * pixel, scratch, copy, bytes);
            }
        }
        WinogradMath.outputGradient(scratch, patch, TileGrid.SIDE * bytes, bytes, columns, scratch, to, gradientPoint, 0);
    }

    /** {@code (tiles, in)' (tiles, columns) -> (in, columns)} for each point. */
    private void products(int columns, int tiles, boolean add, MemorySegment scratch) {
        for (int p = 0; p < POINTS; p++) {
            for (int j = 0; j < columns; j += WinogradWeights.PANEL) {
                int vectors = Math.ceilDiv(Math.min(WinogradWeights.PANEL, columns - j) * MicroKernels.tileVectors(), WinogradWeights.PANEL);
                MicroKernel k = micro[add ? 1 : 0][vectors - 1];
                long b = gradients + p * gradientPoint + 4L * j;
                for (int i = 0; i < stacked; i++) {
                    k.run(scratch, squares.at(p) + 4L * i * height, scratch, b,
                            scratch, sums + p * sumPoint + i * height * GROUP * PANEL_BYTES + 4L * j, GROUP * PANEL_BYTES, tiles);
                }
            }
        }
    }
}
