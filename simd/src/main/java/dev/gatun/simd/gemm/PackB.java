package dev.gatun.simd.gemm;

import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/** Copies B into panels: for each block of the inner dimension, panel by panel, {@code depth} rows of a tile's width. */
final class PackB implements Kernel {
    private static final int PANELS = 8;

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
        for (int panel = first; panel < Math.min(panels, first + PANELS); panel++) {
            int column = panel * Blocks.PANEL;
            int columns = Math.min(Blocks.PANEL, shape.n() - column);
            long to = packed.targets()[matrix] + Blocks.panelAt(shape, step, steps, panel);
            long from = packed.sources()[matrix] + moved;
            if (shape.transposeB()) {
                from += column * row + 4L * step;
                Panels.transpose(memory, from, row, columns, memory, to, steps);
            } else {
                from += step * row + 4L * column;
                Panels.copy(memory, from, row, columns, memory, to, steps);
            }
        }
    }
}
