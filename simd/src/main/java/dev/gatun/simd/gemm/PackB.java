package dev.gatun.simd.gemm;

import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/** Copies B into panels: for each block of the inner dimension, panel by panel, {@code depth} rows of a tile's width. */
final class PackB implements Kernel {
    private static final int PANELS = 8;
    /** Rows of B copied into all panels of a task before the next: few enough for their pages to stay known to the core. */
    private static final int ROWS = 16;

    private final GemmShape shape;
    private final PackedB packed;
    private final int panels;
    private final int groups;
    private final int depth;
    private final int depths;

    private final Motion motion;
    private long moved;

    PackB(GemmShape shape, PackedB packed, Motion motion) {
        this.shape = shape;
        this.motion = motion;
        this.packed = packed;
        this.panels = Blocks.ceilDiv(shape.n(), Blocks.PANEL);
        this.groups = Blocks.ceilDiv(panels, PANELS);
        this.depth = Blocks.depth(shape.k());
        this.depths = Blocks.ceilDiv(shape.k(), depth);
    }

    @Override
    public String name() {
        return "gemm.pack";
    }

    @Override
    public int tasks() {
        return Math.multiplyExact(packed.sources().length, groups * depths);
    }

    @Override
    public void move(int iteration) {
        moved = motion.at(iteration);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int matrix = task / (groups * depths);
        int step = task / groups % depths * depth;
        int first = task % groups * PANELS;
        int steps = Math.min(depth, shape.k() - step);
        long row = 4 * shape.ldb();
        int end = Math.min(panels, first + PANELS);
        if (shape.transposeB()) {
            for (int panel = first; panel < end; panel++) {
                long from = packed.sources()[matrix] + moved + panel * Blocks.PANEL * row + 4L * step;
                Panels.transpose(memory, from, row, columns(panel), memory, target(matrix, step, steps, panel), steps);
            }
            return;
        }
        for (int p = 0; p < steps; p += ROWS) {
            long from = packed.sources()[matrix] + moved + (step + p) * row;
            for (int panel = first; panel < end; panel++) {
                long to = target(matrix, step, steps, panel) + p * Blocks.PANEL_BYTES;
                Panels.copy(memory, from + panel * Blocks.PANEL_BYTES, row, columns(panel), memory, to, Math.min(ROWS, steps - p));
            }
        }
    }

    private int columns(int panel) {
        return Math.min(Blocks.PANEL, shape.n() - panel * Blocks.PANEL);
    }

    private long target(int matrix, int step, int steps, int panel) {
        return packed.targets()[matrix] + Blocks.panelAt(shape, step, steps, panel);
    }
}
