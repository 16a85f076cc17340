package dev.gatun.simd.kernels;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Uniform f32 numbers in [0, 1) with 24 random bits, from the counter-based generator Philox4x32-10 (Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", 2011). Element i depends on the seed, the stream and i alone: block
 * {@code i >>> 2} is encrypted under the key (seed low, seed high) as the counter (block low, block high, stream, 0),
 * and element i takes word {@code i & 3} of the result, shifted right by 8, times 2^-24.
 *
 * <p>The seed is read from memory, i32[2] as (low, high), each time the kernel runs.
 */
public final class RandomUniform implements Kernel {
    private static final VectorSpecies<Long> I64 = LongVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    /** Blocks of four numbers encrypted at once: one in each 64-bit lane. */
    private static final int LANES = I64.length();
    private static final LongVector LANE = LongVector.zero(I64).addIndex(1);
    /** Lanes of two vectors in turn: x0 y0 x1 y1 ... */
    private static final VectorShuffle<Long> ZIP_LOW = zip(0);
    private static final VectorShuffle<Long> ZIP_HIGH = zip(LANES / 2);

    private static final int TASK_BLOCKS = 4096;
    private static final int ROUNDS = 10;
    private static final long MULTIPLY_0 = 0xD2511F53L;
    private static final long MULTIPLY_2 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final long LOW = 0xFFFF_FFFFL;
    private static final float ULP = 0x1p-24f;

    private final long seedBytes;
    private final int stream;
    private final long count;
    private final long outBytes;
    private final int tasks;

    /**
     * Binds the operands; offsets are bytes, multiples of 4.
     *
     * @param stream keeps apart the numbers of different uses of one seed
     * @param count how many numbers, at least 1
     * @throws IllegalArgumentException when a size or an offset is out of place
     */
    public RandomUniform(long seedBytes, int stream, long count, long outBytes) {
        if (count < 1) {
            throw new IllegalArgumentException("RandomUniform: there must be at least one number, not " + count);
        }
        Offsets.check("RandomUniform: the seed", seedBytes);
        Offsets.check("RandomUniform: the result", outBytes);
        this.seedBytes = seedBytes;
        this.stream = stream;
        this.count = count;
        this.outBytes = outBytes;
        this.tasks = Math.toIntExact(Math.ceilDiv(count, 4L * TASK_BLOCKS));
    }

    @Override
    public String name() {
        return "random.uniform";
    }

    @Override
    public int tasks() {
        return tasks;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        memory = Segments.known(memory);
        int low = memory.get(INT, seedBytes);
        int high = memory.get(INT, seedBytes + 4);
        long block = (long) task * TASK_BLOCKS;
        long end = Math.min(count, 4 * (block + TASK_BLOCKS));
        for (; 4 * (block + LANES) <= end; block += LANES) {
            encrypt(memory, low, high, block);
        }
        for (long i = 4 * block; i < end; i++) {
            memory.set(FLOAT, outBytes + 4 * i, (word(low, high, i >>> 2, (int) i & 3) >>> 8) * ULP);
        }
    }

    /** Blocks {@code block} and following, one in each lane; words are the low halves of 64-bit lanes. */
    private void encrypt(MemorySegment memory, int low, int high, long block) {
        LongVector counter = LANE.add(block);
        LongVector c0 = counter.and(LOW);
        LongVector c1 = counter.lanewise(VectorOperators.LSHR, 32);
        LongVector c2 = LongVector.broadcast(I64, stream & LOW);
        LongVector c3 = LongVector.zero(I64);
        int k0 = low;
        int k1 = high;
        for (int round = 0; round < ROUNDS; round++) {
            LongVector p0 = c0.mul(MULTIPLY_0);
            LongVector p2 = c2.mul(MULTIPLY_2);
            c0 = p2.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1)
                    .lanewise(VectorOperators.XOR, k0 & LOW);
            c2 = p0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3)
                    .lanewise(VectorOperators.XOR, k1 & LOW);
            c1 = p2.and(LOW);
            c3 = p0.and(LOW);
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        // pairs of words per lane, then the pairs of a block next to each other
        LongVector first = c0.or(c1.lanewise(VectorOperators.LSHL, 32));
        LongVector second = c2.or(c3.lanewise(VectorOperators.LSHL, 32));
        long to = outBytes + 16 * block;
        store(memory, to, first.rearrange(ZIP_LOW, second));
        store(memory, to + I64.vectorByteSize(), first.rearrange(ZIP_HIGH, second));
    }

    private static void store(MemorySegment memory, long to, LongVector words) {
        IntVector bits = words.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8);
        FloatVector numbers = (FloatVector) bits.convert(VectorOperators.I2F, 0);
        numbers.mul(ULP).intoMemorySegment(memory, to, ORDER);
    }

    /** One word of one block. */
    private int word(int low, int high, long block, int word) {
        long c0 = block & LOW;
        long c1 = block >>> 32;
        long c2 = stream & LOW;
        long c3 = 0;
        int k0 = low;
        int k1 = high;
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = c0 * MULTIPLY_0;
            long p2 = c2 * MULTIPLY_2;
            c0 = p2 >>> 32 ^ c1 ^ k0 & LOW;
            c2 = p0 >>> 32 ^ c3 ^ k1 & LOW;
            c1 = p2 & LOW;
            c3 = p0 & LOW;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return (int) (word == 0 ? c0 : word == 1 ? c1 : word == 2 ? c2 : c3);
    }

    private static VectorShuffle<Long> zip(int from) {
        return VectorShuffle.fromOp(I64, i -> from + i / 2 + (i % 2) * LANES);
    }
}
