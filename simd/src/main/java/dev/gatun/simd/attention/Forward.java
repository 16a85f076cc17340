package dev.gatun.simd.attention;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Attention forward. A task owns some queries of one head. It walks the keys block by block; each tile of queries keeps
 * its sums, the greatest score so far and the sum of exponentials relative to it.
 */
final class Forward implements Kernel {
    static final double LN_2 = 0.6931471805599453;
    /** Enough tasks to keep 16 workers evenly busy. */
    private static final int ENOUGH_TASKS = 32;
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
        this.topsAt = scoresAt + Tiles.ROWS * Tiles.SCORES;
        this.totalsAt = topsAt + Math.ceilDiv(4L * taskRows, 64L) * 64;
        this.scratch = totalsAt + 4L * taskRows * Rows.LANES;
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
        int block = task % blocks;
        int head = task / blocks % shape.heads();
        int batch = task / blocks / shape.heads();
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
        for (int i = 0; i < rows; i++) {
            FloatVector lanes = FloatVector.fromMemorySegment(Rows.F32, scratch, totalAt(i), Rows.ORDER);
            float total = Rows.sum(lanes);
            double top = scratch.get(Rows.FLOAT, topsAt + 4L * i);
            memory.set(Rows.FLOAT, logarithms + 4L * i, (float) (top * LN_2 + Math.log(total)));
            scratch.set(Rows.FLOAT, topsAt + 4L * i, 1 / total);
        }
        Rows.scale(scratch, sumsAt, tiles.row(), topsAt, memory, o.at(batch, head, first), o.timeBytes(), rows,
                shape.headDim());
    }

    /** Queries times the scale, in units of ln 2; no sums yet. */
    private void start(MemorySegment memory, long from, int rows, MemorySegment scratch) {
        float factor = (float) (shape.scale() / LN_2);
        Rows.copy(memory, from, q.timeBytes(), scratch, queriesAt, tiles.row(), rows, shape.headDim(),
                tiles.columns(), factor);
        for (int i = 0; i < rows; i++) {
            scratch.set(Rows.FLOAT, topsAt + 4L * i, Float.NEGATIVE_INFINITY);
        }
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
            int i = tile + r;
            int seen = Math.clamp(shape.visible(first + i) - key, 0, keys);
            long row = scoresAt + r * Tiles.SCORES;
            float before = scratch.get(Rows.FLOAT, topsAt + 4L * i);
            float top = Rows.max(scratch, row, seen, before);
            if (top != before) {
                scratch.set(Rows.FLOAT, topsAt + 4L * i, top);
                if (key > 0) {
                    float shrink = (float) Math.exp((before - top) * LN_2);
                    Rows.copy(scratch, totalAt(i), 0, scratch, totalAt(i), 0, 1, Rows.LANES, Rows.LANES, shrink);
                    long sums = sumsAt + i * tiles.row();
                    Rows.copy(scratch, sums, 0, scratch, sums, 0, 1, tiles.columns(), tiles.columns(), shrink);
                }
            }
            Rows.exponentials(scratch, row, seen, count, top, totalAt(i));
        }
        tiles.weigh(scratch, scoresAt, valuesAt, count, sumsAt + tile * tiles.row());
    }

    private long totalAt(int row) {
        return totalsAt + 4L * row * Rows.LANES;
    }
}
