package dev.gatun.models.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Tokens, as the vocabulary spells them, back to text. */
interface Decoder {
    /** Turns parts of a text into others; joined at the end, they are the text. */
    List<String> parts(List<String> tokens);

    /** What one token adds to a text that has others before and after it. */
    default String inside(String token) {
        return String.join("", parts(List.of(token)));
    }

    /** Each part by itself. */
    static Decoder each(UnaryOperator<String> change) {
        return tokens -> tokens.stream().map(change).toList();
    }

    /** One after the other. */
    static Decoder sequence(List<Decoder> steps) {
        return new Decoder() {
            @Override
            public List<String> parts(List<String> tokens) {
                for (Decoder d : steps) tokens = d.parts(tokens);
                return tokens;
            }

            @Override
            public String inside(String token) {
                for (Decoder d : steps) token = d.inside(token);
                return token;
            }
        };
    }

    /** All parts as one, so that what follows sees the ends of the text only. */
    static Decoder fuse() {
        return tokens -> List.of(String.join("", tokens));
    }

    /** Drops up to some characters at the ends of each part; behind {@link #fuse}, of the text. */
    static Decoder strip(char content, int start, int stop, boolean fused) {
        UnaryOperator<String> strip = s -> {
            int from = 0;
            int to = s.length();
            while (from < start && from < to && s.charAt(from) == content) from++;
            while (s.length() - to < stop && to > from && s.charAt(to - 1) == content) to--;
            return s.substring(from, to);
        };
        return new Decoder() {
            @Override
            public List<String> parts(List<String> tokens) {
                return tokens.stream().map(strip).toList();
            }

            @Override
            public String inside(String token) {
                return fused ? token : strip.apply(token);
            }
        };
    }

    /** The byte that a token such as {@code <0x0A>} stands for, -1 for none. */
    static int fallbackByte(String token) {
        if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') return -1;
        int high = hex(token.charAt(3));
        int low = hex(token.charAt(4));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /** Rows of byte tokens as the text they encode, or one U+FFFD for each byte when they encode none. */
    static Decoder byteFallback() {
        return tokens -> {
            List<String> out = new ArrayList<>();
            ByteBuffer bytes = ByteBuffer.allocate(tokens.size());
            for (String t : tokens) {
                int b = fallbackByte(t);
                if (b >= 0) {
                    bytes.put((byte) b);
                } else {
                    flush(bytes, out);
                    out.add(t);
                }
            }
            flush(bytes, out);
            return out;
        };
    }

    private static void flush(ByteBuffer bytes, List<String> out) {
        int n = bytes.position();
        if (n == 0) return;
        try {
            out.add(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException e) {
            out.add("\uFFFD".repeat(n));
        }
        bytes.clear();
    }

    /** The bytes that tokens spell in the byte-level alphabet, as text. */
    static Decoder byteLevel() {
        return tokens -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (String t : tokens) out.writeBytes(ByteAlphabet.bytes(t));
            return List.of(Utf8Text.of(out.toByteArray()));
        };
    }

    /** Spaces for SentencePiece's character; those of the first token vanish where one was put in front. */
    static Decoder metaspace(char replacement, boolean prepended) {
        String meta = String.valueOf(replacement);
        return new Decoder() {
            @Override
            public List<String> parts(List<String> tokens) {
                List<String> out = new ArrayList<>();
                for (String t : tokens) out.add(t.replace(meta, prepended && out.isEmpty() ? "" : " "));
                return out;
            }

            @Override
            public String inside(String token) {
                return token.replace(replacement, ' ');
            }
        };
    }

    /** Words with a space between them, and tokens with the prefix joined to what is before. */
    static Decoder wordPiece(String prefix, boolean cleanup) {
        return new Decoder() {
            @Override
            public List<String> parts(List<String> tokens) {
                List<String> out = new ArrayList<>();
                for (String t : tokens) out.add(out.isEmpty() ? clean(t) : inside(t));
                return out;
            }

            @Override
            public String inside(String token) {
                return clean(token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token);
            }

            private String clean(String s) {
                if (!cleanup) return s;
                return s.replace(" .", ".").replace(" ?", "?").replace(" !", "!").replace(" ,", ",").replace(" ' ", "'")
                        .replace(" n't", "n't").replace(" 'm", "'m").replace(" do not", " don't").replace(" 's", "'s")
                        .replace(" 've", "'ve").replace(" 're", "'re");
            }
        };
    }

    /** Spaces for the suffix that ends words, none for the last. */
    static Decoder bpe(String suffix) {
        return new Decoder() {
            @Override
            public List<String> parts(List<String> tokens) {
                List<String> out = new ArrayList<>();
                int last = tokens.size() - 1;
                for (String t : tokens) out.add(t.replace(suffix, out.size() == last ? "" : " "));
                return out;
            }

            @Override
            public String inside(String token) {
                return token.replace(suffix, " ");
            }
        };
    }
}
