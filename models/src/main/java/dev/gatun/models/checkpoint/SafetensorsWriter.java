package dev.gatun.models.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.gatun.graph.types.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IOException("checkpoints are little-endian, and this machine is not");
        }
        byte[] header = header(tensors, metadata);
        AtomicFile.write(file, channel -> {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length);
            AtomicFile.writeAll(channel, length);
            AtomicFile.writeAll(channel, ByteBuffer.wrap(header));
            for (Entry e : tensors) write(channel, e.bytes);
        });
    }

    private static void write(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += BLOCK) {
            long n = Math.min(BLOCK, bytes.byteSize() - at);
            MemorySegment part = bytes.asSlice(at, n);
            ByteBuffer block = part.isNative() ? part.asByteBuffer() : ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE));
            AtomicFile.writeAll(channel, block);
        }
    }

    private static byte[] header(List<Entry> tensors, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("__metadata__");
            for (var m : metadata.entrySet()) json.writeStringField(m.getKey(), m.getValue());
            json.writeEndObject();
            long at = 0;
            for (Entry e : tensors) {
                json.writeObjectFieldStart(e.name);
                json.writeStringField("dtype", e.type.dtype().toString().toUpperCase(Locale.ROOT));
                json.writeArrayFieldStart("shape");
                for (int d : e.type.shape().dims()) json.writeNumber(d);
                json.writeEndArray();
                json.writeArrayFieldStart("data_offsets");
                json.writeNumber(at);
                json.writeNumber(at += e.bytes.byteSize());
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        while (out.size() % ALIGNMENT != 0) out.write(' ');
        return out.toByteArray();
    }
}
