package dev.gatun.models.events;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A protocol buffer message in the making; fields follow in any order. The array is used again for the next message. (The protobuf runtime's own encoder reaches for
 * internals of the JDK when it is loaded, which prints warnings.)
 */
final class Message {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;
    private static final int MOST_VARINT = 10;

    private byte[] bytes = new byte[512];
    private ByteBuffer view = view(bytes);
    private int size;

    private static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Starts anew. */
    Message clear() {
        size = 0;
        return this;
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    private void room(int more) {
        if (bytes.length - size >= more) return;
        bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), 2 * bytes.length));
        view = view(bytes);
    }

    private void varint(long value) {
        room(MOST_VARINT);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    private void key(int field, int type) {
        varint(field << 3 | type);
    }

    Message whole(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    Message real(int field, double value) {
        key(field, FIXED64);
        room(Double.BYTES);
        view.putDouble(size, value);
        size += Double.BYTES;
        return this;
    }

    Message real(int field, float value) {
        key(field, FIXED32);
        room(Float.BYTES);
        view.putFloat(size, value);
        size += Float.BYTES;
        return this;
    }

    Message bytes(int field, byte[] value) {
        key(field, LENGTH);
        varint(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    Message text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Opens a message within; returns what {@link #end} needs. */
    int begin(int field) {
        key(field, LENGTH);
        return size;
    }

    /** Ends the message opened last: its length, now known, is put before it. */
    void end(int begin) {
        int length = size - begin;
        varint(length);
        int prefix = size - begin - length;
        long shown = 0; // the length's own bytes, at most 5
        for (int i = 0; i < prefix; i++) shown |= (bytes[begin + length + i] & 0xffL) << 8 * i;
        System.arraycopy(bytes, begin, bytes, begin + prefix, length);
        for (int i = 0; i < prefix; i++) bytes[begin + i] = (byte) (shown >>> 8 * i);
    }
}
