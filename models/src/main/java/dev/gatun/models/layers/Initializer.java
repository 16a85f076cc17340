package dev.gatun.models.layers;

import dev.gatun.graph.ops.Philox;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * First values of a parameter. Element {@code i} depends on the seed, the parameter's name and {@code i} alone, so a
 * model starts the same on any machine, whatever else it holds.
 */
public sealed interface Initializer {
    /** Independent normal numbers with mean 0. */
    record Normal(double deviation) implements Initializer {}

    /** Independent numbers, uniform in {@code [-bound, bound)}. */
    record Uniform(double bound) implements Initializer {}

    /** The same number everywhere. */
    record Constant(double value) implements Initializer {}

    /** Zeros. */
    Initializer ZEROS = new Constant(0);
    /** Ones. */
    Initializer ONES = new Constant(1);

    /** For weights before a rectifier: normal with deviation {@code sqrt(2 / inputs)} (He et al., 2015). */
    static Initializer kaiming(long inputs) {
        return new Normal(Math.sqrt(2.0 / inputs));
    }

    /** For weights before tanh: uniform with variance {@code 2 / (inputs + outputs)} (Glorot and Bengio, 2010). */
    static Initializer xavier(long inputs, long outputs) {
        return new Uniform(Math.sqrt(6.0 / (inputs + outputs)));
    }

    /** Element {@code index} of the stream that belongs to a name. */
    default float at(long seed, int stream, long index) {
        int lo = (int) seed;
        int hi = (int) (seed >>> 32);
        return switch (this) {
            case Normal n -> (float) (n.deviation * Philox.normal(lo, hi, stream, index));
            case Uniform u -> (float) (u.bound * (2.0 * Philox.uniform(lo, hi, stream, index) - 1));
            case Constant c -> (float) c.value;
        };
    }

    /**
     * Fills a dense f32 tensor.
     *
     * @param seed of the run
     * @param name of the parameter, which selects the stream of random numbers
     * @param to the tensor's bytes, native order; its size must be a multiple of 4
     */
    default void fill(long seed, String name, MemorySegment to) {
        long n = to.byteSize() / Float.BYTES;
        int stream = name.hashCode(); // fixed by the language specification
        float[] block = new float[(int) Math.min(n, 1 << 18)];
        for (long from = 0; from < n; from += block.length) {
            int count = (int) Math.min(block.length, n - from);
            long first = from;
            IntStream.range(0, count).parallel().forEach(i -> block[i] = at(seed, stream, first + i));
            MemorySegment.copy(block, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, from * Float.BYTES, count);
        }
    }
}
