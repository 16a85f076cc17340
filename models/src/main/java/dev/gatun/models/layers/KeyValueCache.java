package dev.gatun.models.layers;

import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.CachedAttention;
import dev.gatun.graph.ops.Rotary;
import dev.gatun.graph.ops.StoreRows;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.function.Supplier;

/**
 * Keys and values of the tokens that a model has seen, kept as state, so that going on costs no more than the new tokens.
 * A model needs no second form for it: causal attention, rotary positions and position tables ask this class, which inside
 * {@link #continuing} goes on behind what the cache holds, and elsewhere computes sequences that start at 0.
 *
 * <p>States: {@code cache.keys.N} and {@code cache.values.N}, f32 {@code [slots, rows, heads, width]}, N counting the
 * attention layers in the order in which a trace meets them. Functions that share them share a cache.
 */
public final class KeyValueCache {
    /** What names of the states begin with. */
    public static final String STATES = "cache.";

    private static final ScopedValue<KeyValueCache> CURRENT = ScopedValue.newInstance();

    private final Tracer tracer;
    private final int slots;
    private final int rows;
    private final Tensor slot;
    private final Tensor position;
    private int layers;

    private KeyValueCache(Tracer tracer, int slots, int rows, Tensor slot, Tensor position) {
        this.tracer = tracer;
        this.slots = slots;
        this.rows = rows;
        this.slot = slot;
        this.position = position;
    }

    /**
     * Runs code in which sequences go on behind what the cache holds.
     *
     * @param tracer the trace under way
     * @param slots sequences that the cache holds
     * @param rows longest sequence
     * @param slot i32 {@code [n]}: which sequence of the cache each one of the batch is; all differ
     * @param position i32 {@code [n]}: how many tokens of it the cache holds already
     */
    public static <T> T continuing(Tracer tracer, int slots, int rows, Tensor slot, Tensor position, Supplier<T> body) {
        return ScopedValue.where(CURRENT, new KeyValueCache(tracer, slots, rows, slot, position)).call(body::get);
    }

    /** Causal attention: q {@code [n, time, heads, width]}, k and v {@code [n, time, keyHeads, width]}; a result like q. */
    public static Tensor attention(Tensor q, Tensor k, Tensor v) {
        return CURRENT.isBound() ? CURRENT.get().attend(q, k, v) : Attention.of(q, k, v, true);
    }

    private Tensor attend(Tensor q, Tensor k, Tensor v) {
        Tensor keys = stored(STATES + "keys." + layers, k);
        Tensor values = stored(STATES + "values." + layers, v);
        layers++;
        return CachedAttention.of(q, keys, values, slot, position);
    }

    private Tensor stored(String name, Tensor fresh) {
        Shape s = fresh.shape();
        Tensor before = tracer.state(name, TensorType.of(DType.F32, slots, rows, s.dim(2), s.dim(3)));
        Tensor after = StoreRows.of(before, fresh, slot, position);
        tracer.update(name, after);
        return after;
    }

    /** Whether sequences go on behind what a cache holds. */
    static boolean isContinuing() {
        return CURRENT.isBound();
    }

    /**
     * What a recurrent layer carries, by position: states {@code cache.carried.N}, f32 {@code [slots, rows, 1, width]}, so
     * that sequences may go on behind any of their tokens.
     *
     * @param name of the state
     * @param table its content before these tokens
     */
    record Carried(String name, Tensor table) {
        /** Carried into the first of these tokens, {@code [n, width]}: zeros at position 0. */
        Tensor before() {
            KeyValueCache cache = CURRENT.get();
            int width = table.shape().last();
            Tensor first = cache.position.zero();
            Tensor row = cache.slot.mul(cache.rows).add(cache.position.add(-1).max(first));
            Tensor last = table.reshape(cache.slots * cache.rows, width).gather(row);
            Tensor fresh = cache.position.equal(first).reshape(row.shape().dim(0), 1).broadcast(last.shape());
            return Tensor.select(fresh, last.zero(), last);
        }

        /** Keeps what is carried behind each of these tokens, {@code [time, n, width]}. */
        void keep(Tensor history) {
            KeyValueCache cache = CURRENT.get();
            Shape s = history.shape();
            Tensor rows = history.transpose(1, 0, 2).reshape(s.dim(1), s.dim(0), 1, s.dim(2));
            cache.tracer.update(name, StoreRows.of(table, rows, cache.slot, cache.position));
        }
    }

    /** The next recurrent layer's state, inside {@link #continuing}. */
    static Carried carried(int width) {
        KeyValueCache cache = CURRENT.get();
        String name = "cache.carried." + cache.layers++;
        return new Carried(name, cache.tracer.state(name, TensorType.of(DType.F32, cache.slots, cache.rows, 1, width)));
    }

    /** Queries or keys {@code [n, time, heads, width]} turned by their positions. */
    public static Tensor rotary(Tensor x, double base) {
        return CURRENT.isBound() ? Rotary.of(x, CURRENT.get().position, base) : Rotary.of(x, base);
    }

    /** Adds to {@code x [n, time, width]} the rows of a table {@code [rows, width]} that belong to its positions. */
    public static Tensor withPositions(Tensor x, Tensor table) {
        int time = x.shape().dim(1);
        if (!CURRENT.isBound()) return x.add(table.slice(0, 0, time));
        Tensor first = CURRENT.get().position;
        int n = first.shape().dim(0);
        return x.add(table.gather(first.reshape(n, 1).add(Tensor.iota(Shape.of(n, time), 1))));
    }
}
