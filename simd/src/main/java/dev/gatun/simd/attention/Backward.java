package dev.gatun.simd.attention;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/**
 * Attention backward. A task owns one head of keys and the heads of queries that use it. For each block of keys and each block of queries it computes again
 * {@code P = exp(S - logSumExp)}, then {@code dS = P * (dO V^T - delta)}, with delta the row sums of {@code dO * O}, and
 * adds up {@code dq = scale * dS K}, {@code dk = scale * dS^T Q} and {@code dv = P^T dO}.
 */
final class Backward implements Kernel {
    /** Queries handled at once; sums over them are that long. */
    static final int QUERIES = 8 * Tiles.ROWS;

    private final AttentionShape shape;
    private final Operands at;
    private final Tiles tiles;
    /** Rows of scratch for each head of queries: whole tiles. */
    private final int headRows;

    // scratch, in this order
    private final long keysTransposed = 0;
    private final long valuesTransposed;
    private final long keyRows;
    private final long keySums;
    private final long valueSums;
    private final long queryRows;
    private final long gradientRows;
    private final long weights;
    private final long scoreGradients;
    private final long querySums;
    private final long tops;
    private final long deltas;
    private final long scratch;

    /** Where the operands lie. */
    record Operands(Layout q, Layout k, Layout v, Layout o, long logSumExp, Layout dO, Layout dq, Layout dk,
            Layout dv) {}

    Backward(AttentionShape shape, Operands operands, Tiles tiles) {
        this.shape = shape;
        this.at = operands;
        this.tiles = tiles;
        int keys = wholeTiles(Math.min(Tiles.KEYS, shape.keys()));
        int all = wholeTiles(shape.queries());
        int queries = Math.min(QUERIES, all);
        this.valuesTransposed = keysTransposed + tiles.transposedBytes(keys);
        this.keyRows = valuesTransposed + tiles.transposedBytes(keys);
        this.keySums = keyRows + keys * tiles.row();
        this.valueSums = keySums + keys * tiles.row();
        this.queryRows = valueSums + keys * tiles.row();
        this.gradientRows = queryRows + queries * tiles.row();
        this.weights = gradientRows + queries * tiles.row();
        this.scoreGradients = weights + queries * Tiles.SCORES;
        this.querySums = scoreGradients + queries * Tiles.SCORES;
        this.headRows = all;
        int allHeads = Math.multiplyExact(all, shape.group());
        this.tops = querySums + allHeads * tiles.row();
        this.deltas = tops + 4L * allHeads;
        // micro-kernels want room for whole blocks, however few keys and queries there are or see each other
        long whole = Math.max(keyRows + Tiles.KEYS * tiles.row(), scoreGradients + (queries + QUERIES) * Tiles.SCORES);
        this.scratch = Math.max(deltas + 4L * allHeads, whole);
    }

    private static int wholeTiles(int rows) {
        return Math.ceilDiv(rows, Tiles.ROWS) * Tiles.ROWS;
    }

    @Override
    public String name() {
        return "attention.gradient";
    }

    @Override
    public int tasks() {
        return shape.batch() * shape.keyHeads();
    }

    @Override
    public long scratchBytes() {
        return scratch;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int keyHead = task % shape.keyHeads();
        int batch = task / shape.keyHeads();
        int group = shape.group();
        for (int g = 0; g < group; g++) {
            start(memory, batch, keyHead * group + g, g * headRows, scratch);
        }
        scratch.asSlice(querySums, tops - querySums).fill((byte) 0);
        for (int key = 0; key < shape.keys(); key += Tiles.KEYS) {
            int keys = Math.min(Tiles.KEYS, shape.keys() - key);
            loadKeys(memory, batch, keyHead, key, keys, scratch);
            for (int g = 0; g < group; g++) {
                addHead(memory, batch, keyHead * group + g, g * headRows, key, keys, scratch);
            }
            // queries in scratch carry scale / ln 2
            store(scratch, keySums, (float) Forward.LN_2, memory, at.dk.at(batch, keyHead, key), at.dk.timeBytes(), keys);
            store(scratch, valueSums, 1, memory, at.dv.at(batch, keyHead, key), at.dv.timeBytes(), keys);
        }
        for (int g = 0; g < group; g++) {
            store(scratch, querySums + g * headRows * tiles.row(), shape.scale(), memory,
                    at.dq.at(batch, keyHead * group + g, 0), at.dq.timeBytes(), shape.queries());
        }
    }

    /** What one head of queries adds to the gradients of a block of keys, and they to its own. */
    private void addHead(MemorySegment memory, int batch, int head, int row, int key, int keys, MemorySegment scratch) {
        for (int query = 0; query < shape.queries(); query += QUERIES) {
            int queries = Math.min(QUERIES, shape.queries() - query);
            if (shape.visible(query + queries - 1) > key) {
                loadQueries(memory, batch, head, query, queries, scratch);
                block(scratch, row, query, queries, key, keys);
            }
        }
    }

    private void start(MemorySegment memory, int batch, int head, int row, MemorySegment scratch) {
        long logarithms = at.logSumExp + 4L * ((long) batch * shape.heads() + head) * shape.queries();
        for (int i = 0; i < shape.queries(); i++) {
            float logarithm = memory.get(Rows.FLOAT, logarithms + 4L * i);
            scratch.set(Rows.FLOAT, tops + 4L * (row + i), (float) (logarithm / Forward.LN_2));
            float delta = Rows.dot(memory, at.o.at(batch, head, i), at.dO.at(batch, head, i), shape.headDim());
            scratch.set(Rows.FLOAT, deltas + 4L * (row + i), delta);
        }
    }

    private void loadKeys(MemorySegment memory, int batch, int head, int key, int keys, MemorySegment scratch) {
        long from = at.k.at(batch, head, key);
        tiles.transpose(memory, from, at.k.timeBytes(), keys, scratch, keysTransposed);
        load(memory, from, at.k.timeBytes(), keys, 1, scratch, keyRows);
        long values = at.v.at(batch, head, key);
        tiles.transpose(memory, values, at.v.timeBytes(), keys, scratch, valuesTransposed);
        scratch.asSlice(keySums, queryRows - keySums).fill((byte) 0);
    }

    private void loadQueries(
            MemorySegment memory, int batch, int head, int query, int queries, MemorySegment scratch) {
        float factor = (float) (shape.scale() / Forward.LN_2);
        load(memory, at.q.at(batch, head, query), at.q.timeBytes(), queries, factor, scratch, queryRows);
        load(memory, at.dO.at(batch, head, query), at.dO.timeBytes(), queries, 1, scratch, gradientRows);
    }

    private void load(MemorySegment memory, long from, long stride, int rows, float factor, MemorySegment scratch,
            long to) {
        Rows.copy(memory, from, stride, scratch, to, tiles.row(), rows, shape.headDim(), tiles.columns(), factor);
    }

    private void store(MemorySegment scratch, long from, float factor, MemorySegment memory, long to, long stride,
            int rows) {
        Rows.copy(scratch, from, tiles.row(), memory, to, stride, rows, shape.headDim(), shape.headDim(), factor);
    }

    private void block(MemorySegment scratch, int row, int query, int queries, int key, int keys) {
        for (int tile = 0; tile < queries; tile += Tiles.ROWS) {
            int rows = Math.min(Tiles.ROWS, queries - tile);
            int count = Math.min(keys, shape.visible(query + tile + rows - 1) - key);
            if (count > 0) {
                tile(scratch, row, query, tile, rows, key, keys, count);
            }
        }
        for (int j = 0; j < keys; j += Tiles.ROWS) {
            // the queries before the first that sees a key of this tile add nothing
            int hidden = shape.causal() ? Math.max(0, key + j - (shape.keys() - shape.queries()) - query) : 0;
            if (hidden < queries) {
                long scores = hidden * Tiles.SCORES + 4L * j;
                long rows = hidden * tiles.row();
                long sums = j * tiles.row();
                tiles.gather(scratch, weights + scores, gradientRows + rows, queries - hidden, valueSums + sums);
                tiles.gather(scratch, scoreGradients + scores, queryRows + rows, queries - hidden, keySums + sums);
            }
        }
    }

    private void tile(MemorySegment scratch, int row, int query, int tile, int rows, int key, int keys, int count) {
        long p = weights + tile * Tiles.SCORES;
        long d = scoreGradients + tile * Tiles.SCORES;
        tiles.scores(scratch, queryRows + tile * tiles.row(), keysTransposed, count, p);
        tiles.scores(scratch, gradientRows + tile * tiles.row(), valuesTransposed, count, d);
        // a tile of keys that begins within count is read to its end
        int zeros = Math.min(count + Tiles.ROWS, wholeTiles(keys));
        for (int r = 0; r < rows; r++) {
            int seen = Math.clamp(shape.visible(query + tile + r) - key, 0, keys);
            Scores.hide(scratch, p + r * Tiles.SCORES, seen, zeros);
        }
        long i = row + query + tile;
        Scores.gradients(scratch, p, d, zeros, tops + 4 * i, deltas + 4 * i);
        tiles.weigh(scratch, d, keyRows, count, querySums + i * tiles.row());
    }
}
