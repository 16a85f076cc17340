package dev.gatun.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Test tensors in native memory, read and written by index, for the plain loops that results are compared with. */
final class Tensors {
    private Tensors() {}

    /** The library of the test class path; it must be there. */
    static OneDnn open(int threads) {
        return OneDnn.open(OneDnnLibraryTest.ready(), threads);
    }

    static MemorySegment zeros(Arena arena, OneDnnTensor tensor) {
        return arena.allocate(tensor.bytes(), 64);
    }

    static MemorySegment scratchpad(Arena arena, long bytes) {
        return bytes == 0 ? MemorySegment.NULL : arena.allocate(bytes, 64);
    }

    /** Values in [-1, 1), rounded to the tensor's type. */
    static MemorySegment random(Arena arena, OneDnnTensor tensor, long seed) {
        MemorySegment data = zeros(arena, tensor);
        Random random = new Random(seed);
        long[] index = new long[tensor.dims().size()];
        do {
            set(data, tensor, random.nextFloat() * 2 - 1, index);
        } while (next(index, tensor));
        return data;
    }

    /** Steps to the following index, the last dim first; false after the last one. */
    static boolean next(long[] index, OneDnnTensor tensor) {
        for (int i = index.length - 1; i >= 0; i--) {
            if (++index[i] < tensor.dims().get(i)) {
                return true;
            }
            index[i] = 0;
        }
        return false;
    }

    static float get(MemorySegment data, OneDnnTensor tensor, long... index) {
        long at = offset(tensor, index);
        return switch (tensor.type()) {
            case F32 -> data.getAtIndex(ValueLayout.JAVA_FLOAT, at);
            case BF16 -> Float.intBitsToFloat(data.getAtIndex(ValueLayout.JAVA_SHORT, at) << 16);
            default -> throw new IllegalArgumentException("no test reads " + tensor.type());
        };
    }

    static void set(MemorySegment data, OneDnnTensor tensor, float value, long... index) {
        long at = offset(tensor, index);
        switch (tensor.type()) {
            case F32 -> data.setAtIndex(ValueLayout.JAVA_FLOAT, at, value);
            case BF16 -> data.setAtIndex(ValueLayout.JAVA_SHORT, at, bf16(value));
            default -> throw new IllegalArgumentException("no test writes " + tensor.type());
        }
    }

    private static long offset(OneDnnTensor tensor, long... index) {
        long at = 0;
        for (int i = 0; i < index.length; i++) {
            at += (tensor.dims().get(i) == 1 ? 0 : index[i]) * tensor.strides().get(i); // dims of 1 repeat
        }
        return at;
    }

    /** The nearest bf16, ties to even. */
    private static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    /** How far a result may be from the sum of {@code terms} products of values up to 1 computed in double. */
    static double tolerance(OneDnnTensor result, long terms, double value) {
        double rounding = result.type() == OneDnnType.BF16 ? Math.abs(value) / 128 : 0;
        return 1e-6 * (terms + 10) + rounding;
    }
}
