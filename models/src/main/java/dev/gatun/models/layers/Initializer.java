package dev.gatun.models.layers;

import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.types.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * First values of a parameter. Element {@code i} depends on the seed, the parameter's name and {@code i} alone, so a
 * model starts the same on any machine, whatever else it holds.
 */
public sealed interface Initializer {
    /** Independent normal numbers with mean 0. */
    record Normal(double deviation) implements Initializer {}

    /**
     * Independent normal numbers with mean 0, those beyond two deviations drawn anew.
     *
     * @param deviation of the normal distribution before it is cut; what is left has 0.88 of it
     */
    record TruncatedNormal(double deviation) implements Initializer {
        private static final double BOUND = 2;

        private static double draw(int lo, int hi, int stream, long index) {
            double x;
            int attempt = 0;
            do {
                // Box-Muller over a block of the counter that belongs to this element and attempt alone
                int even = Philox.word((int) index, (int) (index >>> 32), stream, ++attempt, lo, hi, 0) >>> 8;
                int odd = Philox.word((int) index, (int) (index >>> 32), stream, attempt, lo, hi, 1) >>> 8;
                x = Math.sqrt(-2 * Math.log(1 - even * 0x1p-24)) * Math.cos(2 * Math.PI * odd * 0x1p-24);
            } while (Math.abs(x) > BOUND);
            return x;
        }
    }

    /** Independent numbers, uniform in {@code [-bound, bound)}. */
    record Uniform(double bound) implements Initializer {}

    /** The same number everywhere. */
    record Constant(double value) implements Initializer {}

    /** Given numbers, such as those of a file. */
    record Stored(Consumer<MemorySegment> content) implements Initializer {
        @Override
        public void fill(long seed, String name, MemorySegment to) {
            content.accept(to);
        }
    }

    /** Zeros. */
    Initializer ZEROS = new Constant(0);
    /** Ones. */
    Initializer ONES = new Constant(1);

    /**
     * How many numbers one number of a layer depends on, and how many depend on it.
     *
     * @param in inputs of an output
     * @param out outputs of an input, strides left out of account
     */
    record Fans(long in, long out) {
        /** Of a dense layer's weights {@code [in, out]} or a convolution's {@code [kh, kw, in / groups, out]}. */
        public static Fans of(Shape weight, int groups) {
            int rank = weight.rank();
            if (rank < 2) throw new IllegalArgumentException("a layer's weights have at least 2 dimensions, got " + weight);
            if (groups < 1 || weight.dim(-1) % groups != 0) {
                throw new IllegalArgumentException("groups " + groups + " must divide the outputs of " + weight);
            }
            long window = weight.dims().stream().limit(rank - 2).mapToLong(d -> d).reduce(1, (x, y) -> x * y);
            return new Fans(window * weight.dim(-2), window * (weight.dim(-1) / groups));
        }

        /** Of a layer without groups. */
        public static Fans of(Shape weight) {
            return of(weight, 1);
        }
    }

    /**
     * For weights before a rectifier: normal with deviation {@code sqrt(2 / fan)} (He et al., 2015).
     *
     * @param fan {@link Fans#in()} to keep the variance of activations, {@link Fans#out()} to keep that of gradients
     */
    static Initializer kaiming(long fan) {
        return new Normal(Math.sqrt(2.0 / fan));
    }

    /** The same variance as {@link #kaiming}, from uniform numbers. */
    static Initializer kaimingUniform(long fan) {
        return new Uniform(Math.sqrt(6.0 / fan));
    }

    /** For weights before tanh: uniform with variance {@code 2 / (inputs + outputs)} (Glorot and Bengio, 2010). */
    static Initializer xavier(long inputs, long outputs) {
        return new Uniform(Math.sqrt(6.0 / (inputs + outputs)));
    }

    /** The same variance as {@link #xavier}, from normal numbers. */
    static Initializer xavierNormal(long inputs, long outputs) {
        return new Normal(Math.sqrt(2.0 / (inputs + outputs)));
    }

    /** Element {@code index} of the stream that belongs to a name. */
    default float at(long seed, int stream, long index) {
        int lo = (int) seed;
        int hi = (int) (seed >>> 32);
        return switch (this) {
            case Normal n -> (float) (n.deviation * Philox.normal(lo, hi, stream, index));
            case TruncatedNormal t -> (float) (t.deviation * TruncatedNormal.draw(lo, hi, stream, index));
            case Uniform u -> (float) (u.bound * (2.0 * Philox.uniform(lo, hi, stream, index) - 1));
            case Constant c -> (float) c.value;
            case Stored s -> throw new IllegalStateException("stored numbers are written as a whole");
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
