package dev.gatun.models.checkpoint;

import dev.gatun.graph.types.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file open for reading. Opening it reads and checks the header only; memory stays bounded whatever the
 * file says. The data is mapped, not copied. All methods throw {@link CheckpointException} for a file that breaks the
 * format.
 */
public final class Safetensors implements WeightSource {
    /** Longest header, as the format's own reader has it. */
    private static final long LONGEST_HEADER = 100_000_000;
    private static final long BLOCK = 1 << 26;

    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final long dataStart;
    private final Arena arena;
    private final MemorySegment data;

    private Safetensors(Path file, FileChannel channel, Arena arena) throws IOException {
        this.file = file;
        this.channel = channel;
        this.arena = arena;
        long size = channel.size();
        if (size < Long.BYTES + 2) {
            throw new CheckpointException(file, "file", "no safetensors file: it has " + size + " bytes only");
        }
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        read(length, 0, "header length");
        long headerBytes = length.getLong(0);
        if (headerBytes < 2 || headerBytes > Math.min(LONGEST_HEADER, size - Long.BYTES)) {
            throw new CheckpointException(file, "header length", "expected 2.." + Math.min(LONGEST_HEADER, size - Long.BYTES)
                    + ", found " + Long.toUnsignedString(headerBytes) + ": the file is truncated or no safetensors file");
        }
        ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
        read(json, Long.BYTES, "header");
        if (json.get(0) != '{') throw new CheckpointException(file, "header", "expected '{' at its start: no safetensors file");
        dataStart = Long.BYTES + headerBytes;
        header = SafetensorsHeader.parse(file, json.array(), size - dataStart);
        data = size == dataStart ? MemorySegment.NULL : channel.map(FileChannel.MapMode.READ_ONLY, dataStart, size - dataStart, arena);
    }

    /** Opens a file and checks its header. */
    public static Safetensors open(Path file) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file, "file", "does not exist", e);
        }
        Arena arena = Arena.ofShared();
        try {
            return new Safetensors(file, channel, arena);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            channel.close();
            throw e;
        }
    }

    /** All tensors, in the order of the header. */
    public Collection<TensorInfo> tensors() {
        return List.copyOf(header.tensors.values());
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(header.tensors.keySet());
    }

    @Override
    public Path file(String name) {
        return file;
    }

    @Override
    public List<Long> shape(String name) {
        return info(name).shape();
    }

    private TensorInfo info(String name) {
        TensorInfo info = header.tensors.get(name);
        if (info == null) throw new CheckpointException(file, name, "missing, expected a tensor of this name");
        return info;
    }

    /**
     * A tensor's bytes where the file has them: read-only, little-endian, at any alignment, valid until close. Nothing
     * is copied; what is looked at is read from disk then.
     */
    public MemorySegment map(String name) {
        TensorInfo info = info(name);
        return data.asSlice(info.begin(), info.bytes());
    }

    @Override
    public void row(String name, long row, float[] into, int at) {
        TensorInfo info = info(name);
        FloatFormat format = FloatFormat.of(info.dtype());
        if (format == null) {
            throw new CheckpointException(file, name, "expected one of the types " + FloatFormat.NAMES + ", found " + info.dtype());
        }
        int columns = Math.toIntExact(info.shape().isEmpty() ? 1 : info.shape().getLast());
        long bytes = (long) columns * format.bytes();
        if (row < 0 || bytes > 0 && row >= info.bytes() / bytes) throw new IndexOutOfBoundsException(name + " has no row " + row);
        format.read(data.asSlice(info.begin() + row * bytes, bytes), into, at, columns);
    }

    /** Free text by name. */
    public Map<String, String> metadata() {
        return Map.copyOf(header.metadata);
    }

    /**
     * Checks that a tensor is there and of a type.
     *
     * @return where it lies
     */
    public TensorInfo check(String name, TensorType type) {
        TensorInfo info = header.tensors.get(name);
        if (info == null) throw new CheckpointException(file, name, "missing, expected " + type);
        List<Long> shape = type.shape().dims().stream().map(Integer::longValue).toList();
        if (!info.dtype().equals(type.dtype().toString().toUpperCase(Locale.ROOT)) || !info.shape().equals(shape)) {
            throw new CheckpointException(file, name, "expected " + type + ", found "
                    + info.dtype().toLowerCase(Locale.ROOT) + info.shape());
        }
        return info;
    }

    /**
     * Reads one tensor.
     *
     * @param type what it must be
     * @param into its bytes go here; as many as the type says
     */
    public void read(String name, TensorType type, MemorySegment into) throws IOException {
        TensorInfo info = check(name, type);
        if (into.byteSize() != type.bytes()) {
            throw new IllegalArgumentException(name + " needs " + type.bytes() + " bytes, got " + into.byteSize());
        }
        for (long at = 0; at < info.bytes(); at += BLOCK) {
            long n = Math.min(BLOCK, info.bytes() - at);
            read(into.asSlice(at, n).asByteBuffer(), dataStart + info.begin() + at, name);
        }
    }

    private void read(ByteBuffer into, long position, String field) throws IOException {
        while (into.hasRemaining()) {
            int n = channel.read(into, position);
            if (n < 0) throw new CheckpointException(file, field, "the file ends before it");
            position += n;
        }
    }

    @Override
    public void close() throws IOException {
        if (arena.scope().isAlive()) arena.close();
        channel.close();
    }
}
