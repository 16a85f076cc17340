package dev.gatun.models.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Strings of the kinds that tokenizers stumble over, drawn by seed. */
final class VariedText {
    private static final String[] WORDS = {"the", " of", " and", "Hello", " world", "don't", "I'm", "we'LL", "they'Ve", "it'S",
        "naïve", "Straße", " ΣΊΣΥΦΟΣ", "İstanbul", "привет", " мир", "שלום", " עולם", "مرحبا", " بالعالم", "नमस्ते", "ไทย",
        "你好", "世界", "日本語テキスト", "한국어", "e\u0301\u0302", "a\u0300", "\u0301", "'\u017F", "fi\uFB01", "¼½", "Ⅷ", "²³", "١٢٣", "x̸",
        "<|endoftext|>", "<s>", "</s>", "[MASK]", "[CLS]", "<|tag|>", "token", "Token", "<0x41>", "\u2581", "##ing", "Ġ", "don\u2019t",
        "https://example.org/a?b=c&d=%20", "foo_bar(baz);", "/* x */", "\"q\"", "...", "--", "!?", "$5.00", "#1", "\u00A0", "\u3000"};
    private static final String[] EMOJI = {"😀", "👨\u200D👩\u200D👧\u200D👦", "👍🏽", "🇫🇷", "❤\uFE0F", "🏳\uFE0F\u200D🌈", "#\uFE0F\u20E3"};
    private static final String SPACES = "    \t\n\r\u000B\f\u0085\u00A0\u1680\u2003\u2028\u2029\u202F\u3000";
    /** Blocks whose characters have been in Unicode for long, so that versions do not matter. */
    private static final int[][] BLOCKS = {{0x20, 0x7E}, {0xA0, 0x17F}, {0x391, 0x3A1}, {0x3B1, 0x3C9}, {0x400, 0x45F}, {0x5D0, 0x5EA},
        {0x621, 0x63A}, {0x905, 0x939}, {0x1E00, 0x1E9B}, {0x2010, 0x2027}, {0x2030, 0x205E}, {0x2070, 0x2071}, {0x20A0, 0x20AC}, {0x2190, 0x21FF},
        {0x2460, 0x24FF}, {0x3041, 0x3096}, {0x30A1, 0x30FA}, {0x3400, 0x4DB5}, {0x4E00, 0x9FA5}, {0xAC00, 0xD7A3}, {0xF900, 0xFA2D},
        {0xFF01, 0xFF5E}, {0x10400, 0x1044F}, {0x1D400, 0x1D454}, {0x1D7CE, 0x1D7FF}, {0x1F600, 0x1F640}, {0x20000, 0x2A6D6}, {0x300, 0x34E}};

    private final SplittableRandom random;
    private final String prose;

    VariedText(long seed, String prose) {
        random = new SplittableRandom(seed);
        this.prose = prose;
    }

    List<String> strings(int count) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) all.add(next());
        return all;
    }

    String next() {
        StringBuilder s = new StringBuilder();
        int parts = random.nextInt(0, 12);
        for (int i = 0; i < parts; i++) s.append(part());
        return s.toString();
    }

    private String part() {
        return switch (random.nextInt(14)) {
            case 0, 1, 2 -> WORDS[random.nextInt(WORDS.length)];
            case 3 -> EMOJI[random.nextInt(EMOJI.length)];
            case 4 -> " ".repeat(random.nextInt(1, 40));
            case 5 -> run(() -> SPACES.charAt(random.nextInt(SPACES.length())), 8);
            case 6 -> run(() -> '0' + random.nextInt(10), 12);
            case 7 -> random.nextBoolean() ? "\r\n" : "\n\n  \n";
            case 8 -> run(() -> random.nextInt(0, 0x20), 3);
            case 9 -> broken();
            case 10, 11 -> {
                int[] block = BLOCKS[random.nextInt(BLOCKS.length)];
                yield run(() -> random.nextInt(block[0], block[1] + 1), 6);
            }
            default -> slice();
        };
    }

    /** Bytes that are mostly no UTF-8, as a reader of files sees them: with U+FFFD for what is broken. */
    private String broken() {
        byte[] bytes = new byte[random.nextInt(1, 9)];
        random.nextBytes(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String slice() {
        int from = random.nextInt(prose.length() - 200);
        return prose.substring(from, from + random.nextInt(1, 200));
    }

    private interface Draw {
        int codePoint();
    }

    private String run(Draw draw, int longest) {
        StringBuilder s = new StringBuilder();
        for (int i = random.nextInt(1, longest + 1); i > 0; i--) {
            int c = draw.codePoint();
            if (Character.isDefined(c)) s.appendCodePoint(c);
        }
        return s.toString();
    }
}
