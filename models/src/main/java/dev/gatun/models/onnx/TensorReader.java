package dev.gatun.models.onnx;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the elements of tensors: in the message itself or in a file beside the model, which is mapped into memory. A
 * tensor's sizes are believed only when as many bytes are there.
 */
final class TensorReader {
    private final String file;
    private final Path folder;
    private final Map<Path, MemorySegment> mapped = new HashMap<>();

    /**
     * A reader.
     *
     * @param file the model's name, for messages
     * @param folder where external data may lie; {@code null} for a model that is no file
     */
    TensorReader(String file, Path folder) {
        this.file = file;
        this.folder = folder;
    }

    /** Maps a whole file; the mapping lives as long as anybody refers to it. */
    static MemorySegment map(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    /**
     * A tensor.
     *
     * @param place what to call it in messages
     * @throws OnnxException for element types that Gatun does not have, and for elements that are not there
     */
    OnnxTensor read(Schema.Tensor t, String place) {
        ElementType type = ElementType.of(t.dataType()).orElseThrow(() -> new OnnxException(file, place,
                "field dataType: element type " + t.dataType() + " is not supported; supported are " + List.of(ElementType.values())));
        List<Integer> dims = new ArrayList<>();
        long elements = 1;
        for (long d : t.dims()) {
            if (d < 0 || d > Integer.MAX_VALUE) throw new OnnxException(file, place, "field dims: no size: " + d);
            dims.add((int) d);
            elements = elements > 0 && d > Long.MAX_VALUE / 8 / elements ? -1 : elements * d;
            if (elements < 0) throw new OnnxException(file, place, "field dims: more elements than memory can address");
        }
        MemorySegment bytes = t.location() == Schema.Tensor.EXTERNAL ? external(t, elements * type.bytes(), place) : inside(t, type);
        if (bytes.byteSize() != elements * type.bytes()) {
            throw new OnnxException(file, place, "a tensor " + type + dims + " needs " + elements * type.bytes() + " bytes, found "
                    + bytes.byteSize());
        }
        return new OnnxTensor(t.name(), type, dims, bytes);
    }

    private static MemorySegment inside(Schema.Tensor t, ElementType type) {
        if (t.raw() != null) return t.raw();
        return switch (type) {
            case FLOAT -> elements(t.floats().length, Float.BYTES, (b, i) -> b.putFloat(t.floats()[i]));
            case DOUBLE -> elements(t.doubles().length, Double.BYTES, (b, i) -> b.putDouble(t.doubles()[i]));
            case INT64 -> elements(t.longs().length, Long.BYTES, (b, i) -> b.putLong(t.longs()[i]));
            case INT32 -> elements(t.ints().length, Integer.BYTES, (b, i) -> b.putInt(t.ints()[i]));
            case INT16, UINT16, FLOAT16, BFLOAT16 -> elements(t.ints().length, Short.BYTES, (b, i) -> b.putShort((short) t.ints()[i]));
            case INT8, UINT8, BOOL -> elements(t.ints().length, 1, (b, i) -> b.put((byte) t.ints()[i]));
        };
    }

    /** Writes element {@code i}. */
    private interface Element {
        void put(ByteBuffer to, int i);
    }

    private static MemorySegment elements(int n, int bytes, Element element) {
        ByteBuffer b = ByteBuffer.allocate(Math.multiplyExact(n, bytes)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) element.put(b, i);
        return MemorySegment.ofArray(b.array());
    }

    private MemorySegment external(Schema.Tensor t, long bytes, String place) {
        Map<String, String> entries = new HashMap<>();
        for (Schema.Entry e : t.external()) entries.put(e.key(), e.value());
        String location = entries.getOrDefault("location", "");
        MemorySegment all = mapped.computeIfAbsent(inFolder(location, place), p -> open(p, place));
        long offset = number(entries, "offset", 0, place);
        long length = number(entries, "length", bytes, place);
        if (length != bytes) {
            throw new OnnxException(file, place, "field external.length: expected " + bytes + " bytes, found " + length);
        }
        if (offset > all.byteSize() - length) {
            throw new OnnxException(file, place, "external data " + location + " has " + all.byteSize() + " bytes, needs "
                    + length + " from " + offset);
        }
        return all.asSlice(offset, length);
    }

    private MemorySegment open(Path path, String place) {
        try {
            return map(path);
        } catch (IOException e) {
            throw new OnnxException(file, place, "external data " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** A file of a given name, which must lie in the model's folder, links followed. */
    private Path inFolder(String location, String place) {
        try {
            Path relative = Path.of(location);
            if (folder == null || location.isEmpty() || relative.isAbsolute() || relative.normalize().startsWith("..")) {
                throw new OnnxException(file, place, "external data must lie in the model's folder, found '" + location + "'");
            }
            Path path = folder.resolve(relative).toRealPath();
            if (!path.startsWith(folder.toRealPath()) || !Files.isRegularFile(path)) {
                throw new OnnxException(file, place, "external data must be a file in the model's folder, found '" + location + "'");
            }
            return path;
        } catch (IOException | InvalidPathException e) {
            throw new OnnxException(file, place, "external data '" + location + "' does not exist beside the model", e);
        }
    }

    private long number(Map<String, String> entries, String key, long otherwise, String place) {
        String text = entries.get(key);
        if (text == null) return otherwise;
        try {
            long x = Long.parseLong(text);
            if (x >= 0) return x;
        } catch (NumberFormatException e) {
            throw new OnnxException(file, place, "field external." + key + ": no number: " + text, e);
        }
        throw new OnnxException(file, place, "field external." + key + ": negative: " + text);
    }

    /** The bytes of an array of numbers, little-endian, as {@code raw_data} has them. */
    static MemorySegment raw(long[] values) {
        return elements(values.length, Long.BYTES, (b, i) -> b.putLong(values[i]));
    }

    /** The bytes of an array of numbers, little-endian, as {@code raw_data} has them. */
    static MemorySegment raw(float[] values) {
        return elements(values.length, Float.BYTES, (b, i) -> b.putFloat(values[i]));
    }

    /** The bytes of an array of numbers, little-endian, as {@code raw_data} has them. */
    static MemorySegment raw(int[] values) {
        return elements(values.length, Integer.BYTES, (b, i) -> b.putInt(values[i]));
    }
}
