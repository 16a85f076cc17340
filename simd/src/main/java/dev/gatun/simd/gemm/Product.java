package dev.gatun.simd.gemm;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Multiplies with packed B. A task computes a block of C: for each {@link Blocks#DEPTH} steps of the inner dimension it
 * copies its rows of A into scratch, at strides that no shape changes, and runs the micro-kernel over all tiles.
 */
final class Product implements Kernel {
    /** Bytes between rows of A in scratch; an odd number of cache lines, so that rows do not share cache sets. */
    private static final long ROW = 4L * (Blocks.DEPTH + 16);
    /** Bytes between steps of transposed A in scratch: a tile's rows stand side by side. */
    private static final long STEP = 4L * Lanes.TILE_ROWS;
    /** What a vector store may write past the last step of transposed A. */
    private static final long SLACK = 64;
    private static final long TILE_BYTES = Lanes.TILE_ROWS * Blocks.PANEL_BYTES;

    private final GemmShape shape;
    private final Blocks blocks;
    private final long[] aBytes;
    private final PackedB packed;
    private final long[] cBytes;
    private final boolean accumulate;
    private final long tileA;
    private final long tileAt;
    // [add or set][full or last tile of rows][full or half panel of columns]
    private final MicroKernel[][][] micro;

    Product(GemmShape shape, long[] aBytes, PackedB packed, long[] cBytes, boolean accumulate, MicroKernels kernels) {
        this.shape = shape;
        this.blocks = Blocks.of(shape, aBytes.length);
        this.aBytes = aBytes;
        this.packed = packed;
        this.cBytes = cBytes;
        this.accumulate = accumulate;
        this.tileA = shape.transposeA() ? Blocks.DEPTH * STEP : Lanes.TILE_ROWS * ROW;
        this.tileAt = blocks.rowTiles() * tileA + SLACK;
        this.micro = microKernels(kernels);
    }

    private MicroKernel[][][] microKernels(MicroKernels kernels) {
        MicroKernel[][][] made = new MicroKernel[2][2][2];
        int lastRows = shape.m() % Lanes.TILE_ROWS;
        int lastColumns = shape.n() % Blocks.PANEL;
        boolean halfPanel = lastColumns > 0 && lastColumns <= Lanes.COUNT;
        for (int i = 0; i < 8; i++) {
            boolean add = i % 2 == 1;
            int rows = i / 2 % 2 == 0 ? Lanes.TILE_ROWS : lastRows;
            int vectors = i / 4 == 0 ? Lanes.TILE_VECTORS : 1;
            boolean needed = rows > 0 && shape.m() >= rows && (vectors == 1 ? halfPanel : shape.n() > Lanes.COUNT);
            if (needed && (!add || accumulate || shape.k() > Blocks.DEPTH)) {
                made[i % 2][i / 2 % 2][i / 4] = kernels.get(new MicroShape(rows, vectors,
                        shape.transposeA() ? 4 : ROW, shape.transposeA() ? STEP : 4, Blocks.PANEL_BYTES, add));
            }
        }
        return made;
    }

    @Override
    public String name() {
        return "gemm";
    }

    @Override
    public int tasks() {
        return Math.multiplyExact(aBytes.length, Math.multiplyExact(blocks.rowBlocks(), blocks.columnBlocks()));
    }

    @Override
    public long scratchBytes() {
        return tileAt + TILE_BYTES;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        // neighbours share a block of B
        int rowBlock = task % blocks.rowBlocks();
        int columnBlock = task / blocks.rowBlocks() % blocks.columnBlocks();
        int product = task / blocks.rowBlocks() / blocks.columnBlocks();
        int row = rowBlock * blocks.rowTiles() * Lanes.TILE_ROWS;
        int rows = Math.min(blocks.rowTiles() * Lanes.TILE_ROWS, shape.m() - row);
        int panel = columnBlock * blocks.panels();
        int endPanel = Math.min(panel + blocks.panels(), Blocks.ceilDiv(shape.n(), Blocks.PANEL));
        for (int step = 0; step < shape.k(); step += Blocks.DEPTH) {
            int depth = Math.min(Blocks.DEPTH, shape.k() - step);
            if (shape.transposeA()) {
                long from = aBytes[product] + 4 * (step * shape.lda() + row);
                packTransposed(memory, from, rows, shape.m() - row, scratch, depth);
            } else {
                copyRows(memory, aBytes[product] + 4 * (row * shape.lda() + step), rows, scratch, depth);
            }
            boolean add = accumulate || step > 0;
            long b = packed.target(product) + Blocks.panelAt(shape, step, depth, panel);
            for (int i = 0; i < rows; i += Lanes.TILE_ROWS) {
                int height = Math.min(Lanes.TILE_ROWS, rows - i);
                long c = cBytes[product] + 4 * ((row + i) * shape.ldc() + (long) panel * Blocks.PANEL);
                rowOfTiles(memory, scratch, i / Lanes.TILE_ROWS * tileA, b, c, height, panel, endPanel, depth, add);
            }
        }
    }

    private void rowOfTiles(MemorySegment memory, MemorySegment scratch, long a, long bAt, long cAt, int height,
            int panel, int endPanel, int depth, boolean add) {
        long ldc = 4 * shape.ldc();
        MicroKernel[] kernels = micro[add ? 1 : 0][height == Lanes.TILE_ROWS ? 0 : 1];
        MicroKernel full = kernels[0];
        long b = bAt;
        long c = cAt;
        int wholePanels = Math.min(endPanel, shape.n() / Blocks.PANEL);
        for (int j = panel; j < wholePanels; j++) {
            full.run(scratch, a, memory, b, memory, c, ldc, depth);
            b += depth * Blocks.PANEL_BYTES;
            c += Blocks.PANEL_BYTES;
        }
        if (endPanel > wholePanels) {
            int columns = shape.n() % Blocks.PANEL;
            int half = columns <= Lanes.COUNT ? 1 : 0;
            if (columns == Lanes.COUNT) {
                kernels[half].run(scratch, a, memory, b, memory, c, ldc, depth);
            } else {
                MicroKernel set = micro[0][height == Lanes.TILE_ROWS ? 0 : 1][half];
                set.run(scratch, a, memory, b, scratch, tileAt, Blocks.PANEL_BYTES, depth);
                edge(memory, scratch, c, height, columns, add);
            }
        }
    }

    /** Moves the part of a tile that lies in C from scratch to there. */
    private void edge(MemorySegment memory, MemorySegment scratch, long cAt, int height, int columns, boolean add) {
        for (int i = 0; i < height; i++) {
            long from = tileAt + i * Blocks.PANEL_BYTES;
            long to = cAt + 4 * i * shape.ldc();
            for (int j = 0; j < columns; j++) {
                float x = scratch.get(Lanes.FLOAT, from + 4L * j);
                memory.set(Lanes.FLOAT, to + 4L * j, add ? memory.get(Lanes.FLOAT, to + 4L * j) + x : x);
            }
        }
    }

    private void copyRows(MemorySegment memory, long from, int rows, MemorySegment scratch, int depth) {
        long source = from;
        for (int i = 0; i < rows; i++) {
            MemorySegment.copy(memory, source, scratch, i * ROW, 4L * depth);
            source += 4 * shape.lda();
        }
    }

    /**
     * {@code A[depth, rows]} to tiles {@code [rows / TILE_ROWS][depth, TILE_ROWS]}. A vector store writes more than
     * a step's rows; the next step, or the next tile, overwrites the rest.
     *
     * @param readable floats from the first row to the end of A's stored row
     */
    private void packTransposed(
            MemorySegment memory, long from, int rows, int readable, MemorySegment scratch, int depth) {
        int tiles = Blocks.ceilDiv(rows, Lanes.TILE_ROWS);
        int whole = Lanes.COUNT < Lanes.TILE_ROWS || readable < Lanes.COUNT
                ? 0 : Math.min(tiles, (readable - Lanes.COUNT) / Lanes.TILE_ROWS + 1);
        for (int i = 0; i < whole; i++) {
            long s = from + 4L * i * Lanes.TILE_ROWS;
            long t = i * tileA;
            for (int p = 0; p < depth; p++) {
                FloatVector.fromMemorySegment(Lanes.F32, memory, s, Lanes.ORDER)
                        .intoMemorySegment(scratch, t, Lanes.ORDER);
                s += 4 * shape.lda();
                t += STEP;
            }
        }
        for (int i = whole; i < tiles; i++) {
            int height = Math.min(Lanes.TILE_ROWS, rows - i * Lanes.TILE_ROWS);
            for (int p = 0; p < depth; p++) {
                long s = from + 4 * (p * shape.lda() + (long) i * Lanes.TILE_ROWS);
                for (int r = 0; r < height; r++) {
                    scratch.set(Lanes.FLOAT, i * tileA + p * STEP + 4L * r, memory.get(Lanes.FLOAT, s + 4L * r));
                }
            }
        }
    }
}
