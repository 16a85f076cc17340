package dev.gatun.simd.gemm;

import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/**
 * Multiplies with packed B. A task computes a block of C: for each block of the inner dimension it
 * copies its rows of A into scratch, tile by tile, and runs the micro-kernel over all tiles.
 */
final class Product implements Kernel {
    private static final long TILE_BYTES = Lanes.TILE_ROWS * Blocks.PANEL_BYTES;
    /** From here on, rows or columns that fill no tile are computed as one: it costs less than one more class. */
    private static final int MANY = 480;
    /** In a loop, up to so many rows, copying A costs more than reading it where it lies. */
    private static final int FEW = 48;
    /** Rows of A at this distance, or a multiple, share cache sets. */
    private static final long SETS = 4096;
    /** Operations from which a product is worth having its micro-kernels compiled before its first run. */
    private static final long WARM = 1 << 25;
    private static final long WARM_IN_LOOP = 1 << 20;

    private final GemmShape shape;
    private final Blocks blocks;
    private final long[] aBytes;
    private final PackedB packed;
    private final long[] cBytes;
    private final boolean accumulate;
    /** Whether A is read where it lies. */
    private final boolean inPlace;
    private final long tileAt;
    /** [replace or add][full or last tile of rows][full or last panel of columns]; null where none is needed. */
    private final MicroKernel[][][] micro = new MicroKernel[2][2][2];
    /** [full or last tile of rows][full or last panel]: whether the micro-kernel fits and writes C itself. */
    private final boolean[][] fits = new boolean[2][2];

    private final Motion aMotion;
    private final Motion cMotion;
    private long aMoved;
    private long cMoved;

    Product(GemmShape shape, Operand a, PackedB packed, Operand c, boolean accumulate, MicroKernels kernels) {
        this.shape = shape;
        this.aBytes = a.bytes();
        this.blocks = Blocks.of(shape, aBytes.length);
        this.packed = packed;
        this.cBytes = c.bytes();
        this.aMotion = a.motion();
        this.cMotion = c.motion();
        this.accumulate = accumulate;
        this.inPlace = isRepeated() && !shape.transposeA() && shape.m() <= FEW && shape.k() <= blocks.depth() && 4 * shape.lda() < SETS;
        this.tileAt = blocks.rowTiles() * PackA.tileBytes(blocks.depth());
        pickMicroKernels(kernels);
    }

    /** Whether the product stands in a loop, where it is worth a micro-kernel of its own. */
    private boolean isRepeated() {
        return !aMotion.isStill() || !cMotion.isStill();
    }

    private void pickMicroKernels(MicroKernels kernels) {
        long operations = 2L * shape.m() * shape.n() * shape.k() * aBytes.length;
        boolean warm = operations >= (isRepeated() ? WARM_IN_LOOP : WARM);
        int lastRows = shape.m() % Lanes.TILE_ROWS;
        int lastColumns = shape.n() % Blocks.PANEL;
        for (int i = 0; i < 4; i++) {
            int height = i % 2 == 0 ? Lanes.TILE_ROWS : lastRows;
            int columns = i / 2 == 0 ? Blocks.PANEL : lastColumns;
            if (height == 0 || columns == 0 || height > shape.m() || columns > shape.n()) {
                continue;
            }
            int rows = shape.m() >= MANY ? Lanes.TILE_ROWS : height;
            int vectors = shape.n() >= MANY ? Lanes.TILE_VECTORS : Blocks.ceilDiv(columns, Lanes.COUNT);
            boolean fit = rows == height && vectors * Lanes.COUNT == columns;
            fits[i % 2][i / 2] = fit;
            if (!fit || !accumulate) {
                micro[0][i % 2][i / 2] = microKernel(kernels, rows, vectors, false, warm);
            }
            if (fit && (accumulate || shape.k() > blocks.depth())) {
                micro[1][i % 2][i / 2] = microKernel(kernels, rows, vectors, true, warm);
            }
        }
    }

    private MicroKernel microKernel(MicroKernels kernels, int rows, int vectors, boolean add, boolean warm) {
        long aRow = inPlace ? 4 * shape.lda() : 4;
        long aStep = inPlace ? 4 : PackA.STEP;
        MicroShape micro = new MicroShape(rows, vectors, aRow, aStep, Blocks.PANEL_BYTES, add);
        return warm ? kernels.warm(micro) : kernels.get(micro);
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
    public void move(int iteration) {
        aMoved = aMotion.at(iteration);
        cMoved = cMotion.at(iteration);
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
        for (int step = 0; step < shape.k(); step += blocks.depth()) {
            int depth = Math.min(blocks.depth(), shape.k() - step);
            long a = aBytes[product] + aMoved + 4 * (row * shape.lda() + step);
            if (!inPlace) packA(memory, product, row, rows, step, depth, scratch);
            boolean add = accumulate || step > 0;
            long b = packed.target(product) + Blocks.panelAt(shape, step, depth, panel);
            for (int i = 0; i < rows; i += Lanes.TILE_ROWS) {
                int height = Math.min(Lanes.TILE_ROWS, rows - i);
                long c = cBytes[product] + cMoved + 4 * ((row + i) * shape.ldc() + (long) panel * Blocks.PANEL);
                MemorySegment source = inPlace ? memory : scratch;
                long from = inPlace ? a + 4 * i * shape.lda() : i / Lanes.TILE_ROWS * PackA.tileBytes(depth);
                rowOfTiles(memory, scratch, source, from, b, c, height, panel, endPanel, depth, add);
            }
        }
    }

    private void rowOfTiles(MemorySegment memory, MemorySegment scratch, MemorySegment source, long a, long bAt, long cAt, int height,
            int panel, int endPanel, int depth, boolean add) {
        long ldc = 4 * shape.ldc();
        int last = height == Lanes.TILE_ROWS ? 0 : 1;
        long b = bAt;
        long c = cAt;
        for (int j = panel; j < endPanel; j++) {
            int columns = Math.min(Blocks.PANEL, shape.n() - j * Blocks.PANEL);
            int end = columns == Blocks.PANEL ? 0 : 1;
            if (fits[last][end]) {
                micro[add ? 1 : 0][last][end].run(source, a, memory, b, memory, c, ldc, depth);
            } else {
                micro[0][last][end].run(source, a, memory, b, scratch, tileAt, Blocks.PANEL_BYTES, depth);
                edge(memory, scratch, c, height, columns, add);
            }
            b += depth * Blocks.PANEL_BYTES;
            c += Blocks.PANEL_BYTES;
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

    /** Rows of A into scratch, tile by tile. */
    private void packA(MemorySegment memory, int product, int row, int rows, int step, int depth, MemorySegment scratch) {
        long lda = 4 * shape.lda();
        long a = aBytes[product] + aMoved;
        if (shape.transposeA()) {
            PackA.transposed(memory, a + step * lda + 4L * row, lda, rows, shape.m() - row, scratch, depth);
            return;
        }
        long tile = 0;
        for (int i = 0; i < rows; i += Lanes.TILE_ROWS) {
            PackA.tile(memory, a + (row + i) * lda + 4L * step, lda, Math.min(Lanes.TILE_ROWS, rows - i), scratch, tile, depth);
            tile += PackA.tileBytes(depth);
        }
    }
}
