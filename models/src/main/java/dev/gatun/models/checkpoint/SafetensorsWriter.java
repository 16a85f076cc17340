package dev.gatun.models.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.gatun.graph.types.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes tensors in the safetensors format: eight bytes with the header's length, the header in JSON (name, element
 * type, shape and place of each tensor), then the tensors, little-endian, one after another.
 */
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;
    private static final long BLOCK = 1 << 26;

    private SafetensorsWriter() {}

    /**
     * A tensor to write.
     *
     * @param bytes dense, little-endian, as many as the type says
     */
    public record Entry(String name, TensorType type, MemorySegment bytes) {
        public Entry {
            if (bytes.byteSize() != type.bytes()) {
                throw new IllegalArgumentException("tensor " + name + " of type " + type + " needs " + type.bytes()
                        + " bytes, got " + bytes.byteSize());
            }
        }
    }

    /**
     * Writes a file, whole or not at all ({@link AtomicFile}).
     *
     * @param metadata free text by name
     */
    public static void write(Path file, List<Entry> tensors, Map<String, String> metadata) throws IOException {
        Map<String, TensorType> types = new LinkedHashMap<>();
        for (Entry e : tensors) types.put(e.name, e.type);
        byte[] header = header(types, metadata);
        AtomicFile.write(file, channel -> {
            writeHeader(channel, header);
            for (Entry e : tensors) write(channel, e.bytes);
        });
    }

    /** Puts numbers into tensors. */
    @FunctionalInterface
    public interface Filler {
        /**
         * Called once.
         *
         * @param tensors finds a tensor's memory by its name: dense, zero at first, little-endian, at any alignment
         */
        void fill(Function<String, MemorySegment> tensors) throws IOException;
    }

    /**
     * Writes a file whose tensors are filled in where they lie, so that no memory is needed for them.
     *
     * @param tensors types by name, in the order of the file
     * @param metadata free text by name
     */
    public static void write(Path file, Map<String, TensorType> tensors, Map<String, String> metadata, Filler filler) throws IOException {
        byte[] header = header(tensors, metadata);
        long start = Long.BYTES + (long) header.length;
        Map<String, MemorySegment> places = new HashMap<>();
        AtomicFile.write(file, channel -> {
            writeHeader(channel, header);
            long bytes = tensors.values().stream().mapToLong(TensorType::bytes).reduce(0, Math::addExact);
            try (Arena arena = Arena.ofShared()) {
                MemorySegment all = bytes == 0 ? MemorySegment.NULL : channel.map(FileChannel.MapMode.READ_WRITE, start, bytes, arena);
                long at = 0;
                for (Map.Entry<String, TensorType> t : tensors.entrySet()) {
                    places.put(t.getKey(), all.asSlice(at, t.getValue().bytes()));
                    at += t.getValue().bytes();
                }
                filler.fill(places::get);
                if (bytes > 0) all.force();
            } catch (InternalError e) { // what the JVM throws when the disk has no room for a page
                throw new IOException("no space left on the disk, or the file was cut", e);
            }
        });
    }

    private static void writeHeader(FileChannel channel, byte[] header) throws IOException {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IOException("checkpoints are little-endian, and this machine is not");
        }
        AtomicFile.writeAll(channel, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length));
        AtomicFile.writeAll(channel, ByteBuffer.wrap(header));
    }

    private static void write(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += BLOCK) {
            long n = Math.min(BLOCK, bytes.byteSize() - at);
            MemorySegment part = bytes.asSlice(at, n);
            ByteBuffer block = part.isNative() ? part.asByteBuffer() : ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE));
            AtomicFile.writeAll(channel, block);
        }
    }

    private static byte[] header(Map<String, TensorType> tensors, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("__metadata__");
            for (var m : metadata.entrySet()) json.writeStringField(m.getKey(), m.getValue());
            json.writeEndObject();
            long at = 0;
            for (Map.Entry<String, TensorType> e : tensors.entrySet()) {
                TensorType type = e.getValue();
                json.writeObjectFieldStart(e.getKey());
                json.writeStringField("dtype", type.dtype().toString().toUpperCase(Locale.ROOT));
                json.writeArrayFieldStart("shape");
                for (int d : type.shape().dims()) json.writeNumber(d);
                json.writeEndArray();
                json.writeArrayFieldStart("data_offsets");
                json.writeNumber(at);
                json.writeNumber(at += type.bytes());
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        while (out.size() % ALIGNMENT != 0) out.write(' ');
        return out.toByteArray();
    }
}
