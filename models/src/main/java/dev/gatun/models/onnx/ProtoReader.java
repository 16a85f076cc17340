package dev.gatun.models.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the messages of {@link Schema}. Bytes of weights are not copied: they become slices of the file's memory.
 * What is kept on the heap is bounded by a small multiple of the file's own size, whatever lengths the file claims.
 */
final class ProtoReader {
    /** Deepest nesting: graphs in attributes of graphs. */
    private static final int DEEPEST = 32;

    private final String file;
    private final MemorySegment bytes;
    private final CodedInputStream in;
    private final Map<Class<?>, Map<Integer, Slot>> slots = new HashMap<>();
    private final Deque<String> path = new ArrayDeque<>();

    private ProtoReader(String file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
        in = CodedInputStream.newInstance(new SegmentStream(bytes));
    }

    /**
     * Reads a model.
     *
     * @param file its name, for messages
     * @param bytes the whole file
     * @throws OnnxException naming the field that is no protocol buffer
     */
    static Schema.Model model(String file, MemorySegment bytes) {
        if (bytes.byteSize() > Integer.MAX_VALUE) {
            throw new OnnxException(file, "file", "longer than 2 GiB, which protocol buffers do not allow; keep weights as external data");
        }
        ProtoReader reader = new ProtoReader(file, bytes);
        try {
            reader.in.pushLimit((int) bytes.byteSize());
            return reader.message(Schema.Model.class);
        } catch (InvalidProtocolBufferException e) {
            throw reader.error("no valid protocol buffer at byte " + reader.in.getTotalBytesRead() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw reader.error("cannot be read: " + e.getMessage(), e);
        }
    }

    private OnnxException error(String problem, Throwable cause) {
        List<String> names = new ArrayList<>(path);
        return new OnnxException(file, names.isEmpty() ? "file" : "field " + String.join(".", names.reversed()), problem, cause);
    }

    private <R extends Record> R message(Class<R> type) throws IOException {
        if (path.size() > DEEPEST) throw error("nested more than " + DEEPEST + " deep", null);
        Map<Integer, Slot> known = slots.computeIfAbsent(type, ProtoReader::slots);
        Map<Integer, Object> values = new HashMap<>(); // by the field's number
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            Slot slot = known.get(WireFormat.getTagFieldNumber(tag));
            if (slot == null) {
                if (!in.skipField(tag)) throw error("a group ends that never began", null);
                continue;
            }
            path.push(slot.isList() ? slot.name() + "[" + count(values.get(slot.number())) + "]" : slot.name());
            values.merge(slot.number(), field(slot, WireFormat.getTagWireType(tag)), ProtoReader::join);
            path.pop();
        }
        return build(type, values);
    }

    private static Map<Integer, Slot> slots(Class<?> type) {
        Map<Integer, Slot> map = new HashMap<>();
        for (Slot s : Slot.of(type)) map.put(s.number(), s);
        return map;
    }

    private static int count(Object list) {
        return list instanceof List<?> l ? l.size() : 0;
    }

    /** What a field holds that stands twice: repeated ones grow, of others the last counts. */
    @SuppressWarnings("unchecked")
    private static Object join(Object before, Object now) {
        return switch (before) {
            case List<?> l -> {
                ((List<Object>) l).addAll((List<Object>) now);
                yield l;
            }
            case Numbers n -> n.append((Numbers) now);
            default -> now;
        };
    }

    private static <R extends Record> R build(Class<R> type, Map<Integer, Object> values) {
        Object[] arguments = Slot.of(type).stream().map(s -> value(s, values.get(s.number()))).toArray();
        Class<?>[] types = Slot.of(type).stream().map(s -> s.component().getType()).toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }

    /** A component's value; absent ones get the default. */
    private static Object value(Slot slot, Object found) {
        Class<?> type = slot.component().getType();
        if (type.isArray()) return (found instanceof Numbers n ? n : new Numbers(type.componentType())).toArray();
        if (found != null) return found;
        if (type == long.class) return 0L;
        if (type == int.class) return 0;
        if (type == float.class) return 0f;
        if (type == String.class) return "";
        return slot.isList() ? List.of() : null;
    }

    private Object field(Slot slot, int wire) throws IOException {
        Class<?> type = slot.component().getType();
        if (type.isArray()) return numbers(type.componentType(), wire);
        Class<?> e = slot.element();
        if (e == long.class || e == int.class || e == float.class) {
            Numbers n = new Numbers(e);
            expect(wire, scalarWire(e));
            n.read(in);
            return n.only();
        }
        expect(wire, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        Object value = e == String.class ? in.readString() : e == MemorySegment.class ? slice() : nested(e.asSubclass(Record.class));
        return slot.isList() ? new ArrayList<>(List.of(value)) : value;
    }

    private <R extends Record> R nested(Class<R> type) throws IOException {
        int outer = in.pushLimit(in.readRawVarint32());
        R value = message(type);
        in.checkLastTagWas(0);
        in.popLimit(outer);
        return value;
    }

    private MemorySegment slice() throws IOException {
        int length = in.readRawVarint32();
        long from = in.getTotalBytesRead();
        in.skipRawBytes(length);
        return bytes.asSlice(from, length);
    }

    /** A repeated number: packed or one by one, readers must take both. */
    private Numbers numbers(Class<?> type, int wire) throws IOException {
        Numbers n = new Numbers(type);
        if (wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            int outer = in.pushLimit(in.readRawVarint32());
            while (!in.isAtEnd()) n.read(in);
            in.popLimit(outer);
        } else {
            expect(wire, scalarWire(type));
            n.read(in);
        }
        return n;
    }

    private static int scalarWire(Class<?> type) {
        if (type == float.class) return WireFormat.WIRETYPE_FIXED32;
        return type == double.class ? WireFormat.WIRETYPE_FIXED64 : WireFormat.WIRETYPE_VARINT;
    }

    private void expect(int wire, int wanted) {
        if (wire != wanted) throw error("expected wire type " + wanted + ", found " + wire, null);
    }

    /** Numbers read so far, in the bits of a long each; grows as they come, so that no claimed length is believed. */
    private static final class Numbers {
        private final Class<?> type;
        private long[] bits = new long[4];
        private int size;

        Numbers(Class<?> type) {
            this.type = type;
        }

        void read(CodedInputStream in) throws IOException {
            if (type == float.class) add(in.readRawLittleEndian32());
            else add(type == double.class ? in.readRawLittleEndian64() : in.readRawVarint64());
        }

        private void add(long x) {
            if (size == bits.length) bits = Arrays.copyOf(bits, size * 2);
            bits[size++] = x;
        }

        Numbers append(Numbers more) {
            for (int i = 0; i < more.size; i++) add(more.bits[i]);
            return this;
        }

        Object only() {
            if (type == float.class) return Float.intBitsToFloat((int) bits[0]);
            if (type == int.class) return (int) bits[0];
            return bits[0];
        }

        Object toArray() {
            if (type == long.class) return Arrays.copyOf(bits, size);
            if (type == double.class) {
                double[] x = new double[size];
                for (int i = 0; i < size; i++) x[i] = Double.longBitsToDouble(bits[i]);
                return x;
            }
            if (type == int.class) {
                int[] x = new int[size];
                for (int i = 0; i < size; i++) x[i] = (int) bits[i];
                return x;
            }
            float[] x = new float[size];
            for (int i = 0; i < size; i++) x[i] = Float.intBitsToFloat((int) bits[i]);
            return x;
        }
    }

    /** Bytes of memory as a stream that can skip over weights. */
    private static final class SegmentStream extends InputStream {
        private final MemorySegment bytes;
        private long at;

        SegmentStream(MemorySegment bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return at == bytes.byteSize() ? -1 : bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (length == 0) return 0;
            int n = (int) Math.min(length, bytes.byteSize() - at);
            if (n == 0) return -1;
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, into, offset, n);
            at += n;
            return n;
        }

        @Override
        public long skip(long n) {
            long step = Math.clamp(n, 0, bytes.byteSize() - at);
            at += step;
            return step;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, bytes.byteSize() - at);
        }
    }
}
