package dev.gatun.tools;

import dev.gatun.models.text.Tokenizer;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** Prints tokens as they come; a character that spans several of them appears with its last byte. */
final class TokenPrinter implements IntConsumer {
    private static final int LONGEST = 16;
    /** What is added at once to at most three bytes that wait for more. */
    private static final int PART = 8;

    private final PrintWriter out;
    private final Tokenizer tokens;
    private final ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
    private final CharBuffer chars = CharBuffer.allocate(LONGEST);
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    TokenPrinter(PrintWriter out, Tokenizer tokens) {
        this.out = out;
        this.tokens = tokens;
    }

    @Override
    public void accept(int token) {
        if (token >= tokens.vocabulary()) return; // a model may have room for more tokens than its tokenizer
        byte[] more = tokens.bytes(token);
        for (int at = 0; at < more.length; at += PART) decode(Arrays.copyOfRange(more, at, Math.min(more.length, at + PART)), false);
    }

    /** Prints what is left and ends the line. */
    void end() {
        decode(new byte[0], true);
        out.println();
        out.flush();
    }

    private void decode(byte[] more, boolean last) {
        bytes.put(more).flip();
        decoder.decode(bytes, chars, last);
        bytes.compact();
        out.print(chars.flip());
        chars.clear();
        out.flush();
    }
}
