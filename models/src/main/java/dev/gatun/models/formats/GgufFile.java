package dev.gatun.models.formats;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.WeightSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A GGUF file of version 2 or 3 open for reading: magic, counts, metadata, tensor descriptions, then, aligned, the
 * tensors (the format of llama.cpp). The file is mapped; opening it checks everything but the numbers themselves, and
 * memory stays bounded whatever it says.
 */
final class GgufFile implements WeightSource {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final int MOST_TENSORS = 200_000;
    private static final int MOST_FIELDS = 65_536;
    private static final int MOST_DIMENSIONS = 4;
    private static final int USUAL_ALIGNMENT = 32;

    /** A tensor; {@code begin} counts from the start of the data. */
    private record Tensor(String name, List<Long> shape, GgufType type, long begin, long bytes) {}

    private final Path file;
    private final Arena arena;
    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final MemorySegment data;

    private GgufFile(Path file, Arena arena, MemorySegment all) {
        this.file = file;
        this.arena = arena;
        GgufCursor at = new GgufCursor(file, all);
        int magic = at.i32("magic");
        if (magic != MAGIC) throw broken("magic", "expected \"GGUF\": no GGUF file");
        int version = at.i32("version");
        if (version != 2 && version != 3) {
            boolean swapped = Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3;
            throw broken("version", "expected 2 or 3, found " + Integer.toUnsignedString(version)
                    + (swapped ? ": a big-endian file, which is not supported" : ""));
        }
        long count = at.count("tensor count", MOST_TENSORS);
        long fields = at.count("metadata count", MOST_FIELDS);
        metadata = GgufMetadata.read(at, fields);
        List<Tensor> read = new ArrayList<>();
        for (long i = 0; i < count; i++) read.add(tensor(at, i));
        int alignment = metadata.number("general.alignment", USUAL_ALIGNMENT);
        if (alignment < 8 || Integer.bitCount(alignment) != 1 || alignment > 1 << 20) {
            throw broken("general.alignment", "expected a power of two from 8 to 1048576, found " + alignment);
        }
        long start = Math.ceilDiv(at.position(), (long) alignment) * alignment;
        if (start > all.byteSize() && count > 0) throw broken("data", "the file ends before it");
        data = all.asSlice(Math.min(start, all.byteSize()));
        for (Tensor t : read) {
            if (t.begin % alignment != 0) throw broken(t.name, "expected an offset that is a multiple of " + alignment + ", found " + t.begin);
            if (tensors.put(t.name, t) != null) throw broken(t.name, "stands twice");
        }
        checkRanges(read);
    }

    /** Opens a file. */
    static GgufFile open(Path file) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < 24) throw new CheckpointException(file, "file", "no GGUF file: it has " + channel.size() + " bytes only");
            return new GgufFile(file, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private CheckpointException broken(String field, String problem) {
        return new CheckpointException(file, field, problem);
    }

    private Tensor tensor(GgufCursor at, long number) {
        String name = at.text("name of tensor " + number, 1 << 12);
        int rank = at.i32(name);
        if (rank < 1 || rank > MOST_DIMENSIONS) throw broken(name, "expected 1 to " + MOST_DIMENSIONS + " dimensions, found " + Integer.toUnsignedString(rank));
        List<Long> fastestFirst = new ArrayList<>();
        for (int i = 0; i < rank; i++) fastestFirst.add(at.i64(name));
        GgufType type = GgufType.of(at.i32(name), file, name);
        long offset = at.i64(name);
        if (offset < 0) throw broken(name, "an offset beyond all files, " + Long.toUnsignedString(offset));
        long elements = 1;
        try {
            for (long d : fastestFirst) {
                if (d < 1) throw broken(name, "expected positive dimensions, found " + fastestFirst);
                elements = Math.multiplyExact(elements, d);
            }
            if (fastestFirst.getFirst() % type.block() != 0) {
                throw broken(name, type + " needs rows of a multiple of " + type.block() + " elements, found " + fastestFirst.getFirst());
            }
            return new Tensor(name, fastestFirst.reversed(), type, offset, Math.multiplyExact(elements / type.block(), (long) type.blockBytes()));
        } catch (ArithmeticException e) {
            throw new CheckpointException(file, name, "a shape beyond all memory: " + fastestFirst, e);
        }
    }

    private void checkRanges(List<Tensor> read) {
        List<Tensor> sorted = new ArrayList<>(read);
        sorted.sort(Comparator.comparingLong(Tensor::begin));
        long end = 0;
        for (Tensor t : sorted) {
            if (t.begin < end) throw broken(t.name, "overlaps the tensor before it, which ends at " + end);
            if (t.bytes > data.byteSize() || t.begin > data.byteSize() - t.bytes) {
                throw broken(t.name, "expected " + t.bytes + " bytes from " + t.begin + " on, the data has " + data.byteSize() + ": the file is truncated");
            }
            end = t.begin + t.bytes;
        }
    }

    GgufMetadata metadata() {
        return metadata;
    }

    private Tensor get(String name) {
        Tensor t = tensors.get(name);
        if (t == null) throw broken(name, "missing, expected a tensor of this name");
        return t;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public Path file(String name) {
        return file;
    }

    @Override
    public List<Long> shape(String name) {
        return get(name).shape;
    }

    @Override
    public void row(String name, long row, float[] into, int at) {
        Tensor t = get(name);
        int columns = Math.toIntExact(t.shape.getLast());
        long bytes = (long) columns / t.type.block() * t.type.blockBytes();
        if (row < 0 || row >= t.bytes / bytes) throw new IndexOutOfBoundsException(name + " has no row " + row);
        t.type.read(data.asSlice(t.begin + row * bytes, bytes), into, at, columns);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) arena.close();
    }
}
