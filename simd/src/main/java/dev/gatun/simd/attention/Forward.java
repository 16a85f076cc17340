package dev.gatun.simd.attention;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/**
 * Attention forward. A task owns some queries of one head. It walks the keys block by block; each tile of queries keeps
 * its sums, the greatest score so far and the sum of exponentials relative to it.
 */
final class Forward implements Kernel {
    static final double LN_2 = 0.6931471805599453;
    /** Enough tasks to keep 16 workers evenly busy. */
    private static final int ENOUGH_TASKS = 32;
    /** Powers of 2 by which sums may outgrow 1 before they shrink. */
    private static final float FAR = 8;
    private static final int FEWEST_TILES = 4;
    private static final int MOST_TILES = 48;

    private final AttentionShape shape;
    private final Layout q;
    private final Layout k;
    private final Layout v;
    private final Layout o;
    private final long logSumExp;
    private final Tiles tiles;
    private final int taskRows;
    private final int blocks;

    // scratch: transposed keys, values, queries, sums, one tile of scores, greatest scores, sums of exponentials
    private final long keysAt = 0;
    private final long valuesAt;
    private final long queriesAt;
    private final long sumsAt;
    private final long scoresAt;
    private final long maximaAt;
    private final long topsAt;
    private final long totalsAt;
    private final long scratch;

    Forward(AttentionShape shape, Layout q, Layout k, Layout v, Layout o, long logSumExp, Tiles tiles) {
        this.shape = shape;
        this.q = q;
        this.k = k;
        this.v = v;
        this.o = o;
        this.logSumExp = logSumExp;
        this.tiles = tiles;
        int all = Math.ceilDiv(shape.queries(), Tiles.ROWS);
        int wanted = Math.ceilDiv(ENOUGH_TASKS, shape.batch() * shape.heads());
        int taskTiles = Math.clamp(Math.ceilDiv(all, wanted), Math.min(FEWEST_TILES, all), MOST_TILES);
        this.taskRows = taskTiles * Tiles.ROWS;
        this.blocks = Math.ceilDiv(shape.queries(), taskRows);
        int keys = Math.min(Tiles.KEYS, shape.keys());
        this.valuesAt = keysAt + tiles.transposedBytes(keys);
        this.queriesAt = valuesAt + keys * tiles.row();
        this.sumsAt = queriesAt + taskRows * tiles.row();
        this.scoresAt = sumsAt + taskRows * tiles.row();
        this.maximaAt = scoresAt + Tiles.ROWS * Tiles.SCORES;
        this.topsAt = maximaAt + 64;
        this.totalsAt = topsAt + Math.ceilDiv(4L * taskRows, 64L) * 64;
        // micro-kernels want room for a whole block of keys, however few there are
        this.scratch = Math.max(totalsAt + 4L * taskRows * Rows.LANES, valuesAt + Tiles.KEYS * tiles.row());
    }

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public int tasks() {
        return Math.multiplyExact(shape.batch() * shape.heads(), blocks);
    }

    @Override
    public long scratchBytes() {
        return scratch;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int all = shape.batch() * shape.heads();
        // the last queries first: where they see more keys, short tasks are left to even out the end
        int block = blocks - 1 - task / all;
        int head = task % all % shape.heads();
        int batch = task % all / shape.heads();
        int first = block * taskRows;
        int rows = Math.min(taskRows, shape.queries() - first);
        start(memory, q.at(batch, head, first), rows, scratch);
        int keyHead = head / shape.group();
        int visible = shape.visible(first + rows - 1);
        for (int key = 0; key < visible; key += Tiles.KEYS) {
            int keys = Math.min(Tiles.KEYS, visible - key);
            tiles.transpose(memory, k.at(batch, keyHead, key), k.timeBytes(), keys, scratch, keysAt);
            Rows.copy(memory, v.at(batch, keyHead, key), v.timeBytes(), scratch, valuesAt, tiles.row(), keys,
                    shape.headDim(), tiles.columns(), 1);
            for (int i = 0; i < rows; i += Tiles.ROWS) {
                tile(scratch, first, i, Math.min(Tiles.ROWS, rows - i), key, keys);
            }
        }
        long logarithms = logSumExp + 4L * (((long) batch * shape.heads() + head) * shape.queries() + first);
        Rows.finish(scratch, topsAt, totalsAt, rows, memory, logarithms);
        Rows.scale(scratch, sumsAt, tiles.row(), topsAt, memory, o.at(batch, head, first), o.timeBytes(), rows,
                shape.headDim());
    }

    /** Queries times the scale, in units of ln 2; no sums yet. */
    private void start(MemorySegment memory, long from, int rows, MemorySegment scratch) {
        float factor = (float) (shape.scale() / LN_2);
        Rows.copy(memory, from, q.timeBytes(), scratch, queriesAt, tiles.row(), rows, shape.headDim(),
                tiles.columns(), factor);
        scratch.asSlice(sumsAt, taskRows * tiles.row()).fill((byte) 0);
        scratch.asSlice(totalsAt, 4L * taskRows * Rows.LANES).fill((byte) 0);
    }

    private void tile(MemorySegment scratch, int first, int tile, int rows, int key, int keys) {
        int count = Math.min(keys, shape.visible(first + tile + rows - 1) - key);
        if (count <= 0) {
            return;
        }
        tiles.scores(scratch, queriesAt + tile * tiles.row(), keysAt, count, scoresAt);
        for (int r = 0; r < rows; r++) {
            int seen = Math.clamp(shape.visible(first + tile + r) - key, 0, keys);
            Scores.hide(scratch, scoresAt + r * Tiles.SCORES, seen, count);
        }
        Scores.maxima(scratch, scoresAt, count, maximaAt);
        for (int r = 0; r < rows; r++) {
            raise(scratch, tile + r, scratch.get(Rows.FLOAT, maximaAt + 4L * r), key == 0);
        }
        Scores.exponentials(scratch, scoresAt, count, topsAt + 4L * tile, totalAt(tile));
        tiles.weigh(scratch, scoresAt, valuesAt, count, sumsAt + tile * tiles.row());
    }

    /**
     * Makes a row's top the greatest score of the first block, later a score that is far above it: what has been summed
     * up by then shrinks. Sums relative to a score that is a little less than the greatest are as good.
     */
    private void raise(MemorySegment scratch, int i, float greatest, boolean first) {
        float top = scratch.get(Rows.FLOAT, topsAt + 4L * i);
        if (first) {
            scratch.set(Rows.FLOAT, topsAt + 4L * i, greatest);
        } else if (greatest > top + FAR) {
            scratch.set(Rows.FLOAT, topsAt + 4L * i, greatest);
            float shrink = (float) Math.exp((top - greatest) * LN_2);
            Rows.copy(scratch, totalAt(i), 0, scratch, totalAt(i), 0, 1, Rows.LANES, Rows.LANES, shrink);
            long sums = sumsAt + i * tiles.row();
            Rows.copy(scratch, sums, 0, scratch, sums, 0, 1, tiles.columns(), tiles.columns(), shrink);
        }
    }

    private long totalAt(int row) {
        return totalsAt + 4L * row * Rows.LANES;
    }
}
