package dev.gatun.models.data;

import dev.gatun.models.text.CharTokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** UTF-8 text off the heap: mapped files, one after another. Closing it unmaps them. */
public final class Text implements AutoCloseable {
    private static final int PIECE = 1 << 24;

    /** A file's name and bytes. */
    record Piece(String name, MemorySegment bytes) {}

    private final String name;
    private final Arena arena;
    private final List<Piece> pieces;
    private final long characters;
    private final BitSet distinct = new BitSet();

    private Text(String name, Arena arena, List<Piece> pieces) {
        this.name = name;
        this.arena = arena;
        this.pieces = pieces;
        long[] count = {0};
        for (Piece p : pieces) {
            Utf8.decode(p.name, p.bytes, c -> {
                distinct.set(c);
                count[0]++;
            });
        }
        characters = count[0];
        if (characters == 0) throw new DataException(name + " contains no text: give a file or folder with some");
    }

    /** As {@link #of(Path, String)} with the field {@code text}. */
    public static Text of(Path path) {
        return of(path, "text");
    }

    /**
     * The text of a file, or of all files below a folder in the order of their paths. Files and folders whose names
     * start with a dot are left out. Of {@code .jsonl} and {@code .ndjson} files it is a field of each line, and a line
     * break behind it.
     *
     * @param field its name
     * @throws DataException when there is no such file, no text, or text that is not UTF-8 (naming file and position)
     */
    public static Text of(Path path, String field) {
        List<Path> files = TextFiles.of(path);
        return build(path.toString(), arena -> {
            List<Piece> pieces = new ArrayList<>();
            for (Path file : files) {
                if (JsonLines.isOne(file)) pieces.addAll(lines(file, field, arena));
                else pieces.add(map(file, arena));
            }
            return pieces;
        });
    }

    private static List<Piece> lines(Path file, String field, Arena arena) {
        List<Piece> pieces = new ArrayList<>();
        JsonLines lines = new JsonLines(file, field);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (lines.hasNext()) {
            bytes.writeBytes((lines.next() + "\n").getBytes(StandardCharsets.UTF_8));
            if (bytes.size() < PIECE && lines.hasNext()) continue;
            MemorySegment copy = arena.allocate(bytes.size());
            MemorySegment.copy(MemorySegment.ofArray(bytes.toByteArray()), 0, copy, 0, bytes.size());
            pieces.add(new Piece(file.toString(), copy));
            bytes.reset();
        }
        return pieces;
    }

    /**
     * The text of a string.
     *
     * @param name what errors call it
     */
    public static Text of(String name, String text) {
        return build(name, arena -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment copy = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, copy, 0, bytes.length);
            return List.of(new Piece(name, copy));
        });
    }

    /** Reads the pieces of a text into an arena. */
    @FunctionalInterface
    interface Reader {
        List<Piece> read(Arena arena) throws IOException;
    }

    /** A text whose arena is closed again when reading or checking it fails. */
    static Text build(String name, Reader reader) {
        Arena arena = Arena.ofShared();
        try {
            return new Text(name, arena, reader.read(arena));
        } catch (IOException | UncheckedIOException e) {
            arena.close();
            throw new DataException(name + " cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static Piece map(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.size() == 0
                    ? MemorySegment.NULL
                    : channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new Piece(file.toString(), Utf8.withoutMark(bytes));
        }
    }

    /** Where the text is from. */
    public String name() {
        return name;
    }

    /** Number of files. */
    public int files() {
        return pieces.size();
    }

    /** Number of characters (code points). */
    public long characters() {
        return characters;
    }

    /** Number of bytes. */
    public long bytes() {
        return pieces.stream().mapToLong(p -> p.bytes.byteSize()).sum();
    }

    /** A tokenizer over the characters that occur. */
    public CharTokenizer charTokenizer() {
        int[] points = distinct.stream().toArray();
        return new CharTokenizer(new String(points, 0, points.length));
    }

    List<Piece> pieces() {
        return pieces;
    }

    @Override
    public void close() {
        arena.close();
    }
}
