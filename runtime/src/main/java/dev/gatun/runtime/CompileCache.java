package dev.gatun.runtime;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One model for batches and sequences of any size: it is compiled for the bucket that holds them when that is first asked
 * for, and kept while it is among the last used. All share the weights, in one arena, which is as large as the largest
 * needs. Inputs are filled up; {@link Bucket} helps with that, and with the masks that keep the filling out of results.
 *
 * <pre>{@code
 * try (CompileCache cache = new CompileCache(compiler, Buckets.doubling(1, 32), Buckets.doubling(16, 512), 8, (batch, time) -> graph(batch, time))) {
 *     Bucket at = cache.at(texts.length, longest);
 *     Executable e = cache.executable();
 *     e.write(at.function(), "tokens", at.filled(ids, 0));
 *     e.run(at.function());
 * }
 * }</pre>
 *
 * <p>For one thread at a time. The compiler stays the caller's to close, after the cache.
 */
public final class CompileCache implements AutoCloseable {
    /** Records a model for inputs of a size. */
    @FunctionalInterface
    public interface Trace {
        /** The graph for {@code [batch, time]} inputs; all sizes have the same states. */
        Graph graph(int batch, int time);
    }

    /**
     * What happened so far.
     *
     * @param hits uses of what was compiled
     * @param misses compilations
     * @param evictions compiled functions that were dropped for others
     * @param compileNanos time that compilations took
     */
    public record Statistics(long hits, long misses, long evictions, long compileNanos) {}

    private final Compiler compiler;
    private final Buckets batches;
    private final Buckets times;
    private final int most;
    private final Trace trace;
    /** In the order of their last use, the first one longest ago. */
    private final Map<String, Bucket> compiled = new LinkedHashMap<>(16, 0.75f, true);
    private Executable executable;
    private Statistics statistics = new Statistics(0, 0, 0, 0);

    /**
     * An empty cache.
     *
     * @param batches sizes of batches to compile for
     * @param times lengths of sequences to compile for
     * @param most compiled functions kept, at least 1
     * @param trace records the model
     */
    public CompileCache(Compiler compiler, Buckets batches, Buckets times, int most, Trace trace) {
        if (most < 1) throw new IllegalArgumentException("at least 1 compiled function must be kept, got " + most);
        this.compiler = compiler;
        this.batches = batches;
        this.times = times;
        this.most = most;
        this.trace = trace;
    }

    /**
     * The bucket of a batch, compiled.
     *
     * @throws IllegalArgumentException when the sizes fit into no bucket
     */
    public Bucket at(int batch, int time) {
        int rows = batches.holding(batch);
        int columns = times.holding(time);
        String key = rows + "x" + columns;
        Bucket known = compiled.get(key);
        if (known != null) {
            statistics = new Statistics(statistics.hits + 1, statistics.misses, statistics.evictions, statistics.compileNanos);
            return known;
        }
        long start = System.nanoTime();
        Graph traced = trace.graph(rows, columns);
        Graph graph = new Graph(traced.name() + "-" + key, traced.inputs(), traced.nodes(), traced.outputs());
        Bucket bucket = new Bucket(graph.name(), rows, columns);
        long evicted = statistics.evictions;
        if (executable == null) { // holds the states, and thus stays
            executable = compiler.compile(new Graph(traced.name(), traced.inputs(Input.Role.STATE), List.of(), List.of()));
        }
        while (compiled.size() >= most) {
            Map.Entry<String, Bucket> oldest = compiled.entrySet().iterator().next();
            executable.remove(oldest.getValue().function());
            compiled.remove(oldest.getKey());
            evicted++;
        }
        compiler.extend(executable, graph);
        compiled.put(key, bucket);
        statistics = new Statistics(statistics.hits, statistics.misses + 1, evicted, statistics.compileNanos + System.nanoTime() - start);
        return bucket;
    }

    /**
     * What runs the compiled functions and holds the weights.
     *
     * @throws IllegalStateException before the first {@link #at}
     */
    public Executable executable() {
        if (executable == null) throw new IllegalStateException("nothing is compiled yet: ask for a bucket first");
        return executable;
    }

    /** Functions that are compiled now. */
    public int size() {
        return compiled.size();
    }

    public Statistics statistics() {
        return statistics;
    }

    /** Frees all that was compiled, weights included. */
    @Override
    public void close() {
        if (executable != null) executable.close();
    }
}
