package dev.gatun.models.generate;

import dev.gatun.models.text.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tokens as text, as soon as it is certain: a character that spans several tokens comes with its last byte, and what may
 * be the beginning of a stop string is held back until it is known not to be. Bytes that are no UTF-8 become U+FFFD.
 */
public final class TextStream {
    private final Tokenizer tokens;
    private final byte[][] stops;
    private final Consumer<String> sink;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] held = new byte[64];
    private int size;
    private boolean ended;

    /**
     * A text.
     *
     * @param stops the text ends before the first of these
     * @param sink gets pieces of at least one character
     * @throws IllegalArgumentException for an empty stop string
     */
    public TextStream(Tokenizer tokens, List<String> stops, Consumer<String> sink) {
        if (stops.stream().anyMatch(String::isEmpty)) throw new IllegalArgumentException("a stop string must not be empty");
        this.tokens = tokens;
        this.stops = stops.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        this.sink = sink;
    }

    /** Takes a token; false when the text has ended with a stop string. */
    public boolean accept(int token) {
        if (ended) return false;
        byte[] more = tokens.bytes(token);
        if (held.length - size < more.length) held = Arrays.copyOf(held, 2 * (size + more.length));
        System.arraycopy(more, 0, held, size, more.length);
        size += more.length;
        int stop = firstStop();
        ended = stop >= 0;
        if (ended) size = stop;
        emit(ended ? size : size - beginning());
        return !ended;
    }

    /** Hands over what is left, once no more tokens come. */
    public void end() {
        emit(size);
        CharBuffer chars = CharBuffer.allocate(size + 2);
        decoder.decode(ByteBuffer.wrap(held, 0, size), chars, true);
        decoder.flush(chars);
        decoder.reset();
        size = 0;
        send(chars);
    }

    /** Where the first stop string begins; -1 for none. */
    private int firstStop() {
        for (int at = 0; at < size; at++) {
            for (byte[] stop : stops) {
                if (at + stop.length <= size && Arrays.equals(held, at, at + stop.length, stop, 0, stop.length)) return at;
            }
        }
        return -1;
    }

    /** How many of the last bytes may be the beginning of a stop string. */
    private int beginning() {
        int longest = 0;
        for (byte[] stop : stops) {
            for (int n = Math.min(stop.length - 1, size); n > longest; n--) {
                if (Arrays.equals(held, size - n, size, stop, 0, n)) longest = n;
            }
        }
        return longest;
    }

    /** Hands over the first bytes but for half a character at their end. */
    private void emit(int count) {
        ByteBuffer bytes = ByteBuffer.wrap(held, 0, count);
        CharBuffer chars = CharBuffer.allocate(count + 1);
        decoder.decode(bytes, chars, false);
        int used = bytes.position();
        System.arraycopy(held, used, held, 0, size - used);
        size -= used;
        send(chars);
    }

    private void send(CharBuffer chars) {
        String text = chars.flip().toString();
        if (!text.isEmpty()) sink.accept(text);
    }
}
