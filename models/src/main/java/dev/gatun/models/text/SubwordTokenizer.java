package dev.gatun.models.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Words and parts of words as tokens, by byte-pair encoding or WordPiece, as Hugging Face's {@code tokenizer.json}
 * describes them. Added tokens are found first; text between them is normalized, cut into words, and each word is
 * encoded by itself. Never changes; threads may share one.
 */
public final class SubwordTokenizer implements Tokenizer {
    private final Definition definition;
    private final String[] tokens; // as the vocabulary spells them, null where a number is free
    private final UnaryOperator<String> normalizer; // null for none
    private final PreTokenizer words;
    private final Model model;
    private final Decoder decoder;
    private final Template template;
    private final AddedTokens added;
    private final byte[][] bytes;
    private final boolean joinsBytes; // text is its tokens' bytes, joined

    SubwordTokenizer(Definition d) {
        definition = d;
        Field root = new Field(d.source(), "", d.settings());
        List<AddedToken> extra = Components.addedTokens(root.at("added_tokens"), d.vocabulary());
        tokens = names(d, extra);
        normalizer = Components.normalizer(root.at("normalizer"));
        words = Components.preTokenizer(root.at("pre_tokenizer"));
        boolean byteLevel = Components.isByteLevel(root.at("pre_tokenizer"));
        model = Components.model(d, root.at("model"), byteLevel, wordStarts(d.merges(), tokens));
        decoder = Components.decoder(root.at("decoder"));
        template = Components.template(root.at("post_processor"), tokens.length);
        added = new AddedTokens(extra, normalizer);
        joinsBytes = !root.at("decoder").isAbsent() && root.at("decoder").type().equals("ByteLevel");
        bytes = new byte[tokens.length][];
        boolean fallback = usesFallback(root.at("decoder"));
        for (int i = 0; i < bytes.length; i++) bytes[i] = bytes(i, fallback);
    }

    private static String[] names(Definition d, List<AddedToken> extra) {
        int last = 0;
        for (int id : d.vocabulary().values()) last = Math.max(last, id);
        for (AddedToken t : extra) last = Math.max(last, t.id());
        String[] names = new String[last + 1];
        d.vocabulary().forEach((token, id) -> {
            if (names[id] != null) {
                throw new TokenizerException(d.source(), "model.vocab", "expected each number once, but \"" + Field.shorten(token)
                        + "\" and \"" + Field.shorten(names[id]) + "\" have " + id);
            }
            names[id] = token;
        });
        Set<String> seen = new HashSet<>();
        for (AddedToken t : extra) {
            if (names[t.id()] != null && !names[t.id()].equals(t.content()) || !seen.add(t.content())) {
                throw new TokenizerException(d.source(), "added_tokens", "expected each token and each number once, but \""
                        + Field.shorten(t.content()) + "\" with number " + t.id() + " meets another one");
            }
            names[t.id()] = t.content();
        }
        return names;
    }

    /** Whether no merge joins something that ends without U+2581 to something that starts with it. */
    private static boolean wordStarts(LongMap merges, String[] names) {
        boolean[] all = {true};
        merges.forEach((pair, merged) -> {
            String left = names[(int) (pair >>> 32)];
            String right = names[(int) pair];
            if (right.startsWith("\u2581") && !left.endsWith("\u2581")) all[0] = false;
        });
        return all[0];
    }

    private static boolean usesFallback(Field decoder) {
        if (decoder.isAbsent()) return false;
        if (decoder.type().equals("Sequence")) return decoder.at("decoders").items().stream().anyMatch(SubwordTokenizer::usesFallback);
        return decoder.type().equals("ByteFallback");
    }

    private byte[] bytes(int token, boolean fallback) {
        String name = tokens[token];
        if (name == null) return new byte[0];
        if (joinsBytes) return added.get(token) == null ? ByteAlphabet.bytes(name) : name.getBytes(StandardCharsets.UTF_8);
        int b = fallback ? Decoder.fallbackByte(name) : -1;
        return b >= 0 ? new byte[] {(byte) b} : decoder.inside(name).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a {@code tokenizer.json} with a BPE or WordPiece model.
     *
     * @throws TokenizerException naming file, field and what was expected there
     */
    public static SubwordTokenizer read(Path file) throws IOException {
        return new SubwordTokenizer(TokenizerFile.read(file));
    }

    /**
     * Reads a tiktoken rank file: on each line the base64 of a token's bytes, a space and its rank.
     *
     * @param words how the vocabulary cuts text, which the file does not say
     * @param special special tokens with their numbers, which the file does not have
     * @throws TokenizerException naming file, line and what was expected there
     */
    public static SubwordTokenizer readTiktoken(Path file, WordPattern words, Map<String, Integer> special) throws IOException {
        return new SubwordTokenizer(Tiktoken.read(file, words, special));
    }

    /**
     * A byte-level tokenizer of given tokens and merges, as files of other formats list them.
     *
     * @param source the file they are from, for errors
     * @param words how text is cut
     * @param tokens in the byte-level alphabet, or special, by number
     * @param merges {@code "left right"} in the order of merging
     * @param special special tokens with their numbers
     * @throws TokenizerException for a token that stands twice, or a merge of what is no token
     */
    public static SubwordTokenizer byteLevel(Path source, WordPattern words, List<String> tokens, List<String> merges,
            Map<String, Integer> special) {
        return new SubwordTokenizer(TokenList.definition(source, words, tokens, merges, special));
    }

    /** Writes a {@code tokenizer.json} that reads back as this tokenizer. The file appears whole or not at all. */
    public void write(Path file) throws IOException {
        TokenizerWriter.write(definition, file);
    }

    @Override
    public String kind() {
        return "subword";
    }

    /** One more than the largest number of a token. */
    @Override
    public int vocabulary() {
        return tokens.length;
    }

    /** Tokens of a text, without the marks that {@link #frame(String)} puts around. Added tokens in the text count. */
    @Override
    public int[] encode(String text) {
        return encode(text, true);
    }

    /**
     * Tokens of a text.
     *
     * @param special whether special tokens in the text count; false for text of others, who must not be able to write
     *     the marks that a model trusts
     */
    public int[] encode(String text, boolean special) {
        char[] s = Characters.sound(text);
        IntList out = new IntList(s.length / 3);
        Merger merger = new Merger(definition.merges());
        PreTokenizer.Pieces pieces = (t, from, to) -> model.encode(t, from, to, merger, out);
        added.find(s, special, new AddedTokens.Found() {
            @Override
            public void text(char[] t, int from, int to) {
                normalized(t, from, to, special, pieces, out);
            }

            @Override
            public void token(int id) {
                out.add(id);
            }
        });
        return out.toArray();
    }

    private void normalized(char[] s, int from, int to, boolean special, PreTokenizer.Pieces pieces, IntList out) {
        boolean first = from == 0;
        char[] text = normalizer == null ? s : normalizer.apply(new String(s, from, to - from)).toCharArray();
        int start = normalizer == null ? from : 0;
        int end = normalizer == null ? to : text.length;
        added.findNormalized(text, start, end, special, new AddedTokens.Found() {
            @Override
            public void text(char[] t, int a, int b) {
                words.split(t, a, b, first && a == start, pieces);
            }

            @Override
            public void token(int id) {
                out.add(id);
            }
        });
    }

    /** Tokens of a text with the marks that the model expects around it: begin and end, or [CLS] and [SEP]. */
    public TokenRow frame(String text) {
        return template.fill(encode(text));
    }

    /** Tokens of two texts with the marks that the model expects around and between them. */
    public TokenRow frame(String first, String second) {
        return template.fill(encode(first), encode(second));
    }

    /**
     * The UTF-8 bytes that a token adds to a text that has others around it. With a byte-level vocabulary those of a
     * text are those of its tokens, joined; others treat the first token of a text apart, for which there is
     * {@link #decode}.
     */
    @Override
    public byte[] bytes(int token) {
        return bytes[Objects.checkIndex(token, bytes.length)].clone();
    }

    @Override
    public String decode(int[] row) {
        return decode(row, true);
    }

    /**
     * The text of tokens.
     *
     * @param special whether special tokens are written too
     * @throws IndexOutOfBoundsException for a number outside the vocabulary
     */
    public String decode(int[] row, boolean special) {
        List<String> parts = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream(joinsBytes ? 4 * row.length : 0);
        for (int t : row) {
            AddedToken extra = added.get(Objects.checkIndex(t, tokens.length));
            if (tokens[t] == null || !special && extra != null && extra.special()) continue;
            if (joinsBytes) out.writeBytes(bytes[t]);
            else parts.add(tokens[t]);
        }
        if (joinsBytes) return Utf8Text.of(out.toByteArray());
        return parts.isEmpty() ? "" : String.join("", decoder.parts(parts));
    }

    /** The number of a token, given as the vocabulary spells it; -1 for none. */
    public int token(String name) {
        Integer id = definition.vocabulary().get(name);
        if (id != null) return id;
        for (AddedToken t : added.all()) {
            if (t.content().equals(name)) return t.id();
        }
        return -1;
    }

    /** A token as the vocabulary spells it, empty for a number that no token has. */
    public String name(int token) {
        String name = tokens[Objects.checkIndex(token, tokens.length)];
        return name == null ? "" : name;
    }

    /** The tokens that are found in text before the model sees it. */
    public List<AddedToken> addedTokens() {
        return added.all();
    }

    @Override
    public String toString() {
        return "SubwordTokenizer of " + tokens.length + " tokens";
    }
}
