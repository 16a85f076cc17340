package dev.gatun.models.text;

import java.util.Arrays;
import java.util.Map;

/**
 * Byte-pair encoding: a piece's characters (or bytes) are joined pair by pair, in the order of the merges' ranks.
 * Sennrich, Haddow, Birch: "Neural Machine Translation of Rare Words with Subword Units" (2016).
 */
final class Bpe implements Model {
    /**
     * How pieces are spelled.
     *
     * @param byteLevel symbols are bytes, written in the alphabet of {@link ByteAlphabet}
     * @param ignoreMerges a piece that is a token is that token, however merging would end
     * @param byteFallback a character without a symbol becomes the tokens of its bytes, {@code <0x0A>} for example
     * @param fuseUnknown unknown characters side by side make one unknown token
     * @param unknown the token for unknown characters, null: they vanish
     * @param prefix before every symbol of a piece but the first, or empty
     * @param suffix after the last symbol of a piece, or empty
     */
    record Spelling(boolean byteLevel, boolean ignoreMerges, boolean byteFallback, boolean fuseUnknown,
            Integer unknown, String prefix, String suffix) {}

    private static final char META = '\u2581';
    private final Map<String, Integer> vocabulary;
    private final LongMap merges;
    private final Spelling spelling;
    private final int[] byteTokens = new int[256]; // of the byte-level alphabet, or of byte fallback; -1 for none
    private final boolean cutsBeforeMeta;
    private final WordCache cache = new WordCache();

    /**
     * A model.
     *
     * @param vocabulary number of each token
     * @param merges {@code (left, right) -> rank << 32 | token}
     * @param wordStarts whether no merge joins something that ends without U+2581 to something that starts with it
     */
    Bpe(Map<String, Integer> vocabulary, LongMap merges, Spelling spelling, boolean wordStarts) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.spelling = spelling;
        for (int b = 0; b < 256; b++) {
            String name = spelling.byteLevel ? String.valueOf(ByteAlphabet.character(b)) : byteName(b);
            byteTokens[b] = vocabulary.getOrDefault(name, -1);
        }
        // then no token reaches over the start of a word, and words can be looked up one by one
        cutsBeforeMeta = wordStarts && !spelling.byteLevel && !spelling.ignoreMerges && spelling.byteFallback
                && Arrays.stream(byteTokens).allMatch(t -> t >= 0) && plain();
    }

    /** The token of one byte when characters fall back to bytes. */
    static String byteName(int b) {
        return "<0x" + Character.toUpperCase(Character.forDigit(b >> 4, 16)) + Character.toUpperCase(Character.forDigit(b & 15, 16)) + ">";
    }

    private boolean plain() {
        return spelling.prefix.isEmpty() && spelling.suffix.isEmpty();
    }

    /** The merges: {@code (left, right) -> rank << 32 | token}. */
    LongMap merges() {
        return merges;
    }

    @Override
    public void encode(char[] text, int from, int to, Merger merger, IntList out) {
        if (!cutsBeforeMeta) {
            word(text, from, to, merger, out);
            return;
        }
        int start = from;
        for (int i = from + 1; i < to; i++) {
            if (text[i] == META && text[i - 1] != META) {
                word(text, start, i, merger, out);
                start = i;
            }
        }
        word(text, start, to, merger, out);
    }

    private void word(char[] text, int from, int to, Merger merger, IntList out) {
        int place = cache.place(text, from, to);
        if (place >= 0) {
            int[] known = cache.get(place, text, from, to);
            if (known != null) {
                out.addAll(known, known.length);
                return;
            }
        }
        merger.clear();
        spell(text, from, to, merger);
        out.addAll(merger.symbols(), merger.size());
        if (place >= 0) cache.put(place, text, from, to, Arrays.copyOf(merger.symbols(), merger.size()));
    }

    private void spell(char[] text, int from, int to, Merger merger) {
        if (spelling.byteLevel) {
            byte[] bytes = merger.bytes(to - from);
            int n = Characters.utf8(text, from, to, bytes);
            if (whole(ByteAlphabet.spell(bytes, 0, spelling.ignoreMerges ? n : 0), merger)) return;
            if (complete(bytes, n)) {
                for (int i = 0; i < n; i++) merger.add(byteTokens[bytes[i] & 0xFF]);
            } else {
                char[] spelled = ByteAlphabet.spell(bytes, 0, n).toCharArray();
                symbols(spelled, 0, n, merger);
            }
        } else {
            if (spelling.ignoreMerges && whole(new String(text, from, to - from), merger)) return;
            symbols(text, from, to, merger);
        }
        merger.merge();
    }

    private boolean whole(String piece, Merger merger) {
        Integer token = spelling.ignoreMerges ? vocabulary.get(piece) : null;
        if (token != null) merger.add(token);
        return token != null;
    }

    private boolean complete(byte[] bytes, int n) {
        if (!plain()) return false;
        for (int i = 0; i < n; i++) {
            if (byteTokens[bytes[i] & 0xFF] < 0) return false;
        }
        return true;
    }

    /** The symbols of characters, with fallback to bytes and to the unknown token. */
    private void symbols(char[] text, int from, int to, Merger merger) {
        boolean unknown = false; // one is held back, as more may join it
        for (int i = from; i < to;) {
            int end = i + Character.charCount(Characters.at(text, i));
            String s = new String(text, i, end - i);
            if (i > from) s = spelling.prefix + s;
            if (end == to) s += spelling.suffix;
            Integer token = vocabulary.get(s);
            if (token != null) {
                if (unknown) merger.add(spelling.unknown);
                unknown = false;
                merger.add(token);
            } else if (!(spelling.byteFallback && bytes(s, merger)) && spelling.unknown != null) {
                if (unknown && !spelling.fuseUnknown) merger.add(spelling.unknown);
                unknown = true;
            }
            i = end;
        }
        if (unknown) merger.add(spelling.unknown);
    }

    private boolean bytes(String s, Merger merger) {
        char[] c = s.toCharArray();
        byte[] bytes = new byte[3 * c.length];
        int n = Characters.utf8(c, 0, c.length, bytes);
        for (int k = 0; k < n; k++) {
            if (byteTokens[bytes[k] & 0xFF] < 0) return false;
        }
        for (int k = 0; k < n; k++) merger.add(byteTokens[bytes[k] & 0xFF]);
        return true;
    }
}
