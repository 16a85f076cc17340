package dev.gatun.simd.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.simd.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** A loop with memory for its places: fill, run, compare with the oracle. */
final class LoopRun {
    final Loop loop;
    final MemorySegment memory;
    final long[] bases;
    private final long[] bufferStart;

    LoopRun(Loop loop) {
        this.loop = loop;
        int buffers = loop.places().stream().mapToInt(Place::buffer).max().orElse(-1) + 1;
        long[] size = new long[buffers];
        for (Place p : loop.places()) size[p.buffer()] = Math.max(size[p.buffer()], extent(p));
        bufferStart = new long[buffers];
        long at = 64;
        for (int b = 0; b < buffers; b++) {
            bufferStart[b] = at;
            at += (size[b] + 63) / 64 * 64 + 64;
        }
        memory = Arena.ofAuto().allocate(at, 64);
        bases = loop.places().stream()
                .mapToLong(p -> bufferStart[p.buffer()] + p.offset() * p.dtype().bytes())
                .toArray();
    }

    /** Room for gathered rows too: a table has 64 of them. */
    private static long extent(Place p) {
        long last = p.offset();
        for (int d = 0; d < p.shape().rank(); d++) last += (p.shape().dim(d) - 1) * p.strides().get(d);
        return (last + 1) * p.dtype().bytes() * (p.strides().size() > 1 && p.strides().getFirst() == 0 ? 64 : 1);
    }

    /** Fills all memory of a place with values that suit its type, the floats from -scale to scale. */
    LoopRun fill(RandomGenerator random, double scale) {
        for (int b = 0; b < bufferStart.length; b++) {
            DType type = DType.F32;
            for (Place p : loop.places()) if (p.buffer() == b) type = p.dtype();
            long end = b + 1 < bufferStart.length ? bufferStart[b + 1] : memory.byteSize();
            for (long a = bufferStart[b]; a + 4 <= end; a += type.bytes()) {
                double v = switch (type) {
                    case F32, BF16 -> (random.nextDouble() * 2 - 1) * scale;
                    case I32 -> random.nextInt(64);
                    case BOOL -> random.nextInt(2);
                };
                put(memory, type, a, v);
            }
        }
        return this;
    }

    void set(int place, long element, double value) {
        DType t = loop.places().get(place).dtype();
        put(memory, t, bases[place] + element * t.bytes(), value);
    }

    double at(int place, long element) {
        DType t = loop.places().get(place).dtype();
        return get(memory, t, bases[place] + element * t.bytes());
    }

    static double get(MemorySegment m, DType t, long a) {
        return switch (t) {
            case F32 -> m.get(ValueLayout.JAVA_FLOAT_UNALIGNED, a);
            case BF16 -> Float.intBitsToFloat(m.get(ValueLayout.JAVA_SHORT_UNALIGNED, a) << 16);
            case I32 -> m.get(ValueLayout.JAVA_INT_UNALIGNED, a);
            case BOOL -> m.get(ValueLayout.JAVA_BYTE, a);
        };
    }

    static void put(MemorySegment m, DType t, long a, double v) {
        switch (t) {
            case F32 -> m.set(ValueLayout.JAVA_FLOAT_UNALIGNED, a, (float) v);
            case BF16 -> m.set(
                    ValueLayout.JAVA_SHORT_UNALIGNED, a, (short) Staging.bfloat(Float.floatToRawIntBits((float) v)));
            case I32 -> m.set(ValueLayout.JAVA_INT_UNALIGNED, a, (int) v);
            case BOOL -> m.set(ValueLayout.JAVA_BYTE, a, (byte) (v != 0 ? 1 : 0));
        }
    }

    MemorySegment copy() {
        MemorySegment m = Arena.ofAuto().allocate(memory.byteSize(), 64);
        return m.copyFrom(memory);
    }

    /** Runs all tasks, last first when {@code backward}, on the given memory. */
    void run(LoopCompiler compiler, MemorySegment m, boolean backward) {
        Kernel k = compiler.compile(loop).bind(loop, bases);
        MemorySegment scratch = Arena.ofAuto().allocate(Math.max(64, k.scratchBytes()), 64);
        assertThat(k.tasks()).isEqualTo(loop.tasks());
        for (int t = 0; t < k.tasks(); t++) k.run(m, backward ? k.tasks() - 1 - t : t, scratch);
    }

    /**
     * Runs the loop and compares every byte written and not written with the oracle.
     *
     * @param relative tolerance, of the larger of 1 and the value
     */
    LoopRun check(LoopCompiler compiler, double relative) {
        LoopOracle oracle = new LoopOracle(loop, memory, bases);
        TreeMap<Long, LoopOracle.Written> expected = oracle.run();
        MemorySegment actual = copy();
        run(compiler, actual, false);
        MemorySegment again = copy();
        run(compiler, again, true);
        assertThat(actual.mismatch(again)).as("depends on the order of tasks").isEqualTo(-1);
        boolean[] touched = new boolean[(int) memory.byteSize()];
        expected.forEach((a, w) -> {
            Arrays.fill(touched, (int) (long) a, (int) (a + w.type().bytes()), true);
            double got = get(actual, w.type(), a);
            double slack = relative * Math.max(1, Math.abs(w.value())) + w.uncertainty();
            if (w.type() == DType.BF16) slack += Math.abs(w.value()) / 200;
            if (w.type() == DType.I32 || w.type() == DType.BOOL) slack = 0;
            boolean same = Double.isNaN(w.value()) ? Double.isNaN(got) : got == w.value() || Math.abs(got - w.value()) <= slack;
            assertThat(same)
                    .withFailMessage(() -> "at byte " + a + " (place bases " + Arrays.toString(bases) + ") expected "
                            + w.value() + " got " + got + " in " + loop)
                    .isTrue();
        });
        for (int i = 0; i < touched.length; i++) {
            if (!touched[i]) assertThat(actual.get(ValueLayout.JAVA_BYTE, i)).as("stray write at %s in %s", i, loop).isEqualTo(memory.get(ValueLayout.JAVA_BYTE, i));
        }
        memory.copyFrom(actual);
        return this;
    }
}
