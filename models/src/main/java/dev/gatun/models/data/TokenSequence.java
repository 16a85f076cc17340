package dev.gatun.models.data;

import dev.gatun.models.text.ByteTokenizer;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.Tokenizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.CRC32C;

/** A text as tokens, off the heap, in one, two or four bytes each. */
public final class TokenSequence implements AutoCloseable {
    private static final int SUBWORD_PART = 1 << 20; // characters encoded at once, up to the end of a line
    private final Arena arena = Arena.ofShared();
    private final MemorySegment tokens;
    private final int width;
    private final long length;
    private long filled;

    private TokenSequence(long length, int vocabulary) {
        this.length = length;
        this.width = vocabulary <= 1 << 8 ? 1 : vocabulary <= 1 << 16 ? 2 : 4;
        tokens = arena.allocate(Math.max(1, Math.multiplyExact(length, (long) width)), 64);
    }

    /**
     * All tokens of a text.
     *
     * @throws DataException when the text holds a character that the tokenizer does not know
     */
    public static TokenSequence of(Text text, Tokenizer tokenizer) {
        return switch (tokenizer) {
            case ByteTokenizer b -> bytes(text);
            case CharTokenizer c -> characters(text, c);
            case SubwordTokenizer s -> subwords(text, s);
        };
    }

    private static TokenSequence bytes(Text text) {
        TokenSequence s = new TokenSequence(text.bytes(), ByteTokenizer.SIZE);
        for (Text.Piece p : text.pieces()) {
            MemorySegment.copy(p.bytes(), 0, s.tokens, s.filled, p.bytes().byteSize());
            s.filled += p.bytes().byteSize();
        }
        return s;
    }

    private static TokenSequence characters(Text text, CharTokenizer tokenizer) {
        int[] table = new int[1 << 16]; // tokens of the characters below U+10000, looked up once
        Arrays.setAll(table, tokenizer::token);
        TokenSequence s = new TokenSequence(text.characters(), tokenizer.vocabulary());
        try {
            for (Text.Piece p : text.pieces()) {
                Utf8.decode(p.name(), p.bytes(), c -> {
                    int token = c < table.length ? table[c] : tokenizer.token(c);
                    if (token < 0) {
                        throw new DataException(String.format(Locale.ROOT,
                                "%s holds the character U+%04X, which the vocabulary does not have", p.name(), c));
                    }
                    s.put(token);
                });
            }
        } catch (DataException e) {
            s.close();
            throw e;
        }
        return s;
    }

    private static TokenSequence subwords(Text text, SubwordTokenizer tokenizer) {
        List<int[]> rows = new ArrayList<>();
        long length = 0;
        for (Text.Piece p : text.pieces()) {
            StringBuilder part = new StringBuilder();
            Utf8.decode(p.name(), p.bytes(), c -> {
                part.appendCodePoint(c);
                if (c == '\n' && part.length() >= SUBWORD_PART) {
                    rows.add(tokenizer.encode(part.toString()));
                    part.setLength(0);
                }
            });
            rows.add(tokenizer.encode(part.toString()));
        }
        for (int[] row : rows) length += row.length;
        TokenSequence s = new TokenSequence(length, tokenizer.vocabulary());
        for (int[] row : rows) {
            for (int token : row) s.put(token);
        }
        return s;
    }

    private void put(int token) {
        switch (width) {
            case 1 -> tokens.set(ValueLayout.JAVA_BYTE, filled, (byte) token);
            case 2 -> tokens.setAtIndex(ValueLayout.JAVA_SHORT, filled, (short) token);
            default -> tokens.setAtIndex(ValueLayout.JAVA_INT, filled, token);
        }
        filled++;
    }

    /** Number of tokens. */
    public long length() {
        return length;
    }

    /** CRC-32C over the bytes that hold the tokens. */
    long checksum() {
        CRC32C sum = new CRC32C();
        long bytes = length * width;
        for (long at = 0; at < bytes; at += SUBWORD_PART) {
            sum.update(tokens.asSlice(at, Math.min(SUBWORD_PART, bytes - at)).asByteBuffer());
        }
        return sum.getValue();
    }

    /** The token at a position. */
    public int at(long i) {
        Objects.checkIndex(i, length);
        return switch (width) {
            case 1 -> tokens.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
            case 2 -> tokens.getAtIndex(ValueLayout.JAVA_SHORT, i) & 0xFFFF;
            default -> tokens.getAtIndex(ValueLayout.JAVA_INT, i);
        };
    }

    /** Copies {@code count} tokens from {@code from} on into an array from {@code at} on. */
    public void read(long from, int[] into, int at, int count) {
        Objects.checkFromIndexSize(from, count, length);
        for (int i = 0; i < count; i++) into[at + i] = at(from + i);
    }

    @Override
    public void close() {
        arena.close();
    }
}
