package dev.gatun.models.onnx;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the messages of {@link Schema} as protocol buffers. Bytes of weights are not copied: the result is a list of
 * pieces that follow each other. (The protobuf runtime's own encoder reaches for internals of the JDK when it is loaded,
 * which prints warnings; its decoder does not.)
 */
final class ProtoWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final List<MemorySegment> pieces = new ArrayList<>();
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();

    private ProtoWriter() {}

    /** The bytes of a message, in pieces. */
    static List<MemorySegment> write(Record message) {
        ProtoWriter w = new ProtoWriter();
        w.message(message);
        w.cut();
        return w.pieces;
    }

    private void message(Record message) {
        for (Slot slot : Slot.of(message.getClass())) {
            Object value;
            try {
                value = slot.component().getAccessor().invoke(message);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(message.getClass() + " cannot be read", e);
            }
            if (value instanceof List<?> list) list.forEach(x -> field(slot.number(), x));
            else if (value != null && value.getClass().isArray()) packed(slot.number(), value);
            else if (value != null && !isDefault(value)) field(slot.number(), value);
        }
    }

    private static boolean isDefault(Object value) {
        return value instanceof Number n && n.doubleValue() == 0 || value instanceof String s && s.isEmpty();
    }

    private void field(int number, Object value) {
        switch (value) {
            case Long x -> scalar(number, VARINT, x);
            case Integer x -> scalar(number, VARINT, x.longValue());
            case Float x -> scalar(number, FIXED32, x);
            case String s -> bytes(number, MemorySegment.ofArray(s.getBytes(StandardCharsets.UTF_8)));
            case MemorySegment s -> bytes(number, s);
            case Record r -> {
                List<MemorySegment> inner = write(r);
                head(number, inner.stream().mapToLong(MemorySegment::byteSize).sum());
                inner.forEach(this::append);
            }
            default -> throw new IllegalArgumentException("no field type: " + value.getClass());
        }
    }

    private void scalar(int number, int wire, Number value) {
        varint((long) number << 3 | wire);
        element(wire, value);
    }

    private void element(int wire, Number x) {
        switch (wire) {
            case VARINT -> varint(x.longValue());
            case FIXED32 -> fixed(Float.floatToRawIntBits(x.floatValue()), Float.BYTES);
            default -> fixed(Double.doubleToRawLongBits(x.doubleValue()), Double.BYTES);
        }
    }

    private void packed(int number, Object array) {
        int n = Array.getLength(array);
        if (n == 0) return;
        int wire = array instanceof float[] ? FIXED32 : array instanceof double[] ? FIXED64 : VARINT;
        ProtoWriter inner = new ProtoWriter();
        for (int i = 0; i < n; i++) inner.element(wire, (Number) Array.get(array, i));
        bytes(number, MemorySegment.ofArray(inner.tail.toByteArray()));
    }

    private void head(int number, long length) {
        varint((long) number << 3 | LENGTH);
        varint(length);
    }

    private void bytes(int number, MemorySegment value) {
        head(number, value.byteSize());
        append(value);
    }

    private void append(MemorySegment piece) {
        cut();
        if (piece.byteSize() > 0) pieces.add(piece);
    }

    private void cut() {
        if (tail.size() == 0) return;
        pieces.add(MemorySegment.ofArray(tail.toByteArray()));
        tail.reset();
    }

    private void varint(long x) {
        while ((x & ~0x7FL) != 0) {
            tail.write((int) (x & 0x7F | 0x80));
            x >>>= 7;
        }
        tail.write((int) x);
    }

    private void fixed(long bits, int bytes) {
        for (int i = 0; i < bytes; i++) tail.write((int) (bits >>> 8 * i));
    }
}
