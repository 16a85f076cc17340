package dev.gatun.simd.conv;

import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** bf16 to f32 and back, in vectors, rows of whole vectors and single ones; rounds to nearest even. */
final class Bfloats {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, F32.vectorShape());
    private static final VectorSpecies<Short> I16 =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, F32.vectorBitSize() / 2)));
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = F32.length();
    private static final int BEFORE_HALF = 0x7FFF;
    private static final int QUIET = 0x40;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private Bfloats() {}

    static void widen(MemorySegment from, long at, MemorySegment to, long toAt, int count) {
        from = Segments.known(from);
        to = Segments.known(to);
        for (int i = 0; i < count; i += LANES) load(from, at + 2L * i).intoMemorySegment(to, toAt + 4L * i, ORDER);
    }

    static void narrow(MemorySegment from, long at, MemorySegment to, long toAt, int count) {
        from = Segments.known(from);
        to = Segments.known(to);
        for (int i = 0; i < count; i += LANES) store(FloatVector.fromMemorySegment(F32, from, at + 4L * i, ORDER), to, toAt + 2L * i);
    }

    static FloatVector load(MemorySegment from, long at) {
        ShortVector halves = ShortVector.fromMemorySegment(I16, from, at, ORDER);
        IntVector bits = (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, I32, 0);
        return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static void store(FloatVector x, MemorySegment to, long at) {
        VectorMask<Float> isNaN = x.compare(VectorOperators.NE, x);
        IntVector bits = x.reinterpretAsInts();
        IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
        IntVector rounded = bits.add(BEFORE_HALF).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
        rounded.blend(upper.or(QUIET), isNaN.cast(I32))
                .convertShape(VectorOperators.I2S, I16, 0)
                .reinterpretAsShorts()
                .intoMemorySegment(to, at, ORDER);
    }

    static float get(MemorySegment from, long at) {
        return Float.intBitsToFloat(from.get(SHORT, at) << 16);
    }

    static void set(MemorySegment to, long at, float x) {
        int bits = Float.floatToRawIntBits(x);
        int upper = bits >>> 16;
        to.set(SHORT, at, (short) (Float.isNaN(x) ? upper | QUIET : bits + BEFORE_HALF + (upper & 1) >>> 16));
    }
}
