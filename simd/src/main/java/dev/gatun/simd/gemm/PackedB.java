package dev.gatun.simd.gemm;

import java.util.Arrays;

/**
 * Where a batch's matrices B lie and where their packed forms go. Matrices at the same place are packed once.
 *
 * @param sources byte offset of each different B
 * @param targets byte offset of its packed form
 * @param of for each product of the batch, which of them it reads
 */
record PackedB(long[] sources, long[] targets, int[] of) {
    static PackedB of(GemmShape shape, long[] bBytes, long workspace) {
        long size = Blocks.packedBytes(shape);
        long[] sources = new long[bBytes.length];
        int[] of = new int[bBytes.length];
        int count = 0;
        for (int i = 0; i < bBytes.length; i++) {
            if (i == 0 || bBytes[i] != bBytes[i - 1]) {
                sources[count++] = bBytes[i];
            }
            of[i] = count - 1;
        }
        long[] targets = new long[count];
        for (int i = 0; i < count; i++) {
            targets[i] = workspace + i * size;
        }
        return new PackedB(Arrays.copyOf(sources, count), targets, of);
    }

    long target(int product) {
        return targets[of[product]];
    }
}
