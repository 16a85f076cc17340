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
import java.util.Optional;

/** UTF-8 text off the heap: mapped files, one after another. Closing it unmaps them. */
public final class Text implements AutoCloseable {
    private static final int PIECE = 1 << 24;

    /** A file's name and bytes. */
    record Piece(String name, MemorySegment bytes) {}

    /** All pieces, the number of files they are from, and the number of rows that held no text. */
    record Contents(List<Piece> pieces, int files, long missing) {}

    private final String name;
    private final Arena arena;
    private final Contents contents;
    private final long characters;
    private final BitSet distinct = new BitSet();

    private Text(String name, Arena arena, Contents contents) {
        this.name = name;
        this.arena = arena;
        this.contents = contents;
        long[] count = {0};
        for (Piece p : contents.pieces) {
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
     * start with a dot are left out. Of {@code .jsonl}, {@code .ndjson} and other files of {@link TextFormats} it is a
     * field of each line or row, and a line break behind it.
     *
     * @param field its name
     * @throws DataException when there is no such file, no text, or text that is not UTF-8 (naming file and position)
     */
    public static Text of(Path path, String field) {
        List<Path> files = TextFiles.of(path);
        TextFormats formats = TextFormats.standard();
        return build(path.toString(), arena -> {
            List<Piece> pieces = new ArrayList<>();
            long missing = 0;
            for (Path file : files) {
                Optional<TextRows> rows = formats.open(file, field);
                if (rows.isPresent()) missing += copy(file, rows.get(), arena, pieces);
                else pieces.add(map(file, arena));
            }
            return new Contents(pieces, files.size(), missing);
        });
    }

    /** Adds the texts of a file, with a line break behind each; returns how many were missing. */
    private static long copy(Path file, TextRows all, Arena arena, List<Piece> pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TextRows rows = all) {
            while (rows.hasNext()) {
                bytes.writeBytes((rows.next() + "\n").getBytes(StandardCharsets.UTF_8));
                if (bytes.size() < PIECE && rows.hasNext()) continue;
                MemorySegment copy = arena.allocate(bytes.size());
                MemorySegment.copy(MemorySegment.ofArray(bytes.toByteArray()), 0, copy, 0, bytes.size());
                pieces.add(new Piece(file.toString(), copy));
                bytes.reset();
            }
            return rows.missing();
        }
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
            return new Contents(List.of(new Piece(name, copy)), 1, 0);
        });
    }

    /** Reads the pieces of a text into an arena. */
    @FunctionalInterface
    interface Reader {
        Contents read(Arena arena) throws IOException;
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
        return contents.files;
    }

    /** Number of rows of files that held no text (null) and were passed over. */
    public long missing() {
        return contents.missing;
    }

    /** Number of characters (code points). */
    public long characters() {
        return characters;
    }

    /** Number of bytes. */
    public long bytes() {
        return contents.pieces.stream().mapToLong(p -> p.bytes.byteSize()).sum();
    }

    /** A tokenizer over the characters that occur. */
    public CharTokenizer charTokenizer() {
        int[] points = distinct.stream().toArray();
        return new CharTokenizer(new String(points, 0, points.length));
    }

    List<Piece> pieces() {
        return contents.pieces;
    }

    @Override
    public void close() {
        arena.close();
    }
}
