package dev.gatun.simd.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies a strided row to or from a dense scratch row of four-byte elements: f32 for f32 and bf16, i32 for i32 and
 * bool. Strides and offsets are bytes.
 */
final class Staging {
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Staging() {}

    static void packWords(MemorySegment from, long at, long stride, MemorySegment to, long row, int n) {
        for (int i = 0; i < n; i++) to.set(WORD, row + i * 4L, from.get(WORD, at + i * stride));
    }

    static void packHalves(MemorySegment from, long at, long stride, MemorySegment to, long row, int n) {
        for (int i = 0; i < n; i++) to.set(WORD, row + i * 4L, from.get(HALF, at + i * stride) << 16);
    }

    static void packBytes(MemorySegment from, long at, long stride, MemorySegment to, long row, int n) {
        for (int i = 0; i < n; i++) to.set(WORD, row + i * 4L, from.get(BYTE, at + i * stride));
    }

    static void unpackWords(MemorySegment to, long at, long stride, MemorySegment from, long row, int n) {
        for (int i = 0; i < n; i++) to.set(WORD, at + i * stride, from.get(WORD, row + i * 4L));
    }

    static void unpackHalves(MemorySegment to, long at, long stride, MemorySegment from, long row, int n) {
        for (int i = 0; i < n; i++) to.set(HALF, at + i * stride, (short) bfloat(from.get(WORD, row + i * 4L)));
    }

    static void unpackBytes(MemorySegment to, long at, long stride, MemorySegment from, long row, int n) {
        for (int i = 0; i < n; i++) to.set(BYTE, at + i * stride, (byte) from.get(WORD, row + i * 4L));
    }

    /** Sets bytes, a multiple of four, to zero. */
    static void clear(MemorySegment memory, long at, long bytes) {
        for (long i = 0; i < bytes; i += 4) memory.set(WORD, at + i, 0);
    }

    /** f32 bits to bf16 bits, to nearest even; NaN stays NaN. */
    static int bfloat(int bits) {
        boolean nan = (bits & 0x7FFFFFFF) > 0x7F800000;
        return nan ? bits >>> 16 | 0x40 : bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
    }
}
