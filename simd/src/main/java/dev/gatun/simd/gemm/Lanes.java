package dev.gatun.simd.gemm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The machine's vector width, as constants that C2 folds into the kernels. */
final class Lanes {
    static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    /** Floats in a vector. */
    static final int COUNT = F32.length();
    /** Bytes of a vector. */
    static final int BYTES = F32.vectorByteSize();
    /** Rows of the full register tile: 24 accumulators where there are 32 registers, 12 where there are 16. */
    static final int TILE_ROWS = COUNT == 16 ? 12 : 6;
    /** Vectors side by side in the full register tile. */
    static final int TILE_VECTORS = 2;

    private static final VectorShuffle<Float> BY_8 = by(8);
    private static final VectorShuffle<Float> BY_4 = by(4);
    private static final VectorShuffle<Float> BY_2 = by(2);
    private static final VectorShuffle<Float> BY_1 = by(1);

    private Lanes() {}

    /** Loads all kinds of vectors and segments: one that came later would throw away code compiled before it. */
    static void load() {
        MemorySegment.ofArray(new byte[1]).fill((byte) 0);
        VectorShape shape = F32.vectorShape();
        for (Class<?> lane : List.of(
                byte.class, short.class, int.class, long.class, float.class, double.class)) {
            load(VectorSpecies.of(lane, shape));
        }
    }

    private static <E> void load(VectorSpecies<E> species) {
        Vector<E> zero = species.zero();
        VectorShuffle<E> shuffle = species.iotaShuffle(0, 1, true);
        zero.blend(zero.rearrange(shuffle), zero.eq(zero));
    }

    /** The sum of all lanes. {@code reduceLanes} may add in another order once compiled; this does not. */
    static float sum(FloatVector vector) {
        FloatVector v = vector;
        if (COUNT > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (COUNT > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        if (COUNT > 2) {
            v = v.add(v.rearrange(BY_2));
        }
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    private static VectorShuffle<Float> by(int distance) {
        return VectorShuffle.fromOp(F32, i -> (i + distance) % COUNT);
    }
}
