package dev.gatun.simd.loop;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Shuffles that turn a vector's lanes round. Adding a vector to itself turned by half, a quarter, ... leaves the sum in
 * every lane, in one order whether the code is interpreted or compiled ({@code reduceLanes} has two).
 */
final class Rotations {
    static final VectorShuffle<Float> R16_8 = of(FloatVector.SPECIES_512, 8);
    static final VectorShuffle<Float> R16_4 = of(FloatVector.SPECIES_512, 4);
    static final VectorShuffle<Float> R16_2 = of(FloatVector.SPECIES_512, 2);
    static final VectorShuffle<Float> R16_1 = of(FloatVector.SPECIES_512, 1);
    static final VectorShuffle<Float> R8_4 = of(FloatVector.SPECIES_256, 4);
    static final VectorShuffle<Float> R8_2 = of(FloatVector.SPECIES_256, 2);
    static final VectorShuffle<Float> R8_1 = of(FloatVector.SPECIES_256, 1);
    static final VectorShuffle<Float> R4_2 = of(FloatVector.SPECIES_128, 2);
    static final VectorShuffle<Float> R4_1 = of(FloatVector.SPECIES_128, 1);

    private Rotations() {}

    static String name(int lanes, int by) {
        return "R" + lanes + "_" + by;
    }

    private static VectorShuffle<Float> of(VectorSpecies<Float> species, int by) {
        return VectorShuffle.fromOp(species, i -> (i + by) % species.length());
    }
}
