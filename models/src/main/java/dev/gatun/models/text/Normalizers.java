package dev.gatun.models.text;

import java.text.Normalizer;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is done to text before it is cut. */
final class Normalizers {
    private Normalizers() {}

    static UnaryOperator<String> sequence(List<UnaryOperator<String>> parts) {
        return text -> {
            for (UnaryOperator<String> p : parts) text = p.apply(text);
            return text;
        };
    }

    /** One of Unicode's normal forms. */
    static UnaryOperator<String> form(Normalizer.Form form) {
        return text -> ascii(text) ? text : Normalizer.normalize(text, form);
    }

    private static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) return false;
        }
        return true;
    }

    /** Puts something before text that is not empty. */
    static UnaryOperator<String> prepend(String prefix) {
        return text -> text.isEmpty() ? text : prefix + text;
    }

    static UnaryOperator<String> replace(Pattern pattern, String content) {
        String literal = Matcher.quoteReplacement(content);
        return text -> pattern.matcher(text).replaceAll(literal);
    }

    static UnaryOperator<String> replace(String pattern, String content) {
        return text -> text.replace(pattern, content);
    }

    /** Drops white space at the ends. */
    static UnaryOperator<String> strip(boolean left, boolean right) {
        return text -> {
            int from = 0;
            int to = text.length();
            while (left && from < to && Characters.isSpace(text.charAt(from))) from++;
            while (right && to > from && Characters.isSpace(text.charAt(to - 1))) to--;
            return text.substring(from, to);
        };
    }

    /** Drops characters. */
    static UnaryOperator<String> drop(IntPredicate which) {
        return text -> {
            StringBuilder out = new StringBuilder(text.length());
            text.codePoints().filter(which.negate()).forEach(out::appendCodePoint);
            return out.toString();
        };
    }

    /** Marks of any kind, which is what accents become in the form NFD. */
    static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK || type == Character.ENCLOSING_MARK;
    }

    /** Lower case, character by character: without the rules for a final sigma and for languages. */
    static String lowerCase(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == 0x130) out.append("i\u0307"); // the only character whose lower case is two
            else out.appendCodePoint(Character.toLowerCase(c));
        });
        return out.toString();
    }

    /**
     * BERT's: drops control characters, writes all white space as spaces, puts spaces around Chinese characters, drops
     * accents, and lowers case.
     *
     * @param clean whether to do the first two
     */
    static UnaryOperator<String> bert(boolean clean, boolean chinese, boolean accents, boolean lower) {
        return text -> {
            if (clean || chinese) text = bertCharacters(text, clean, chinese);
            if (accents && !ascii(text)) {
                text = drop(c -> Character.getType(c) == Character.NON_SPACING_MARK)
                        .apply(Normalizer.normalize(text, Normalizer.Form.NFD));
            }
            return lower ? lowerCase(text) : text;
        };
    }

    private static String bertCharacters(String text, boolean clean, boolean chinese) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (clean && isDropped(c)) return;
            if (clean && Characters.isSpace(c)) out.append(' ');
            else if (chinese && isChinese(c)) out.append(' ').appendCodePoint(c).append(' ');
            else out.appendCodePoint(c);
        });
        return out.toString();
    }

    private static boolean isDropped(int c) {
        if (c == '\t' || c == '\n' || c == '\r') return false;
        if (c == 0xFFFD) return true;
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE -> true;
            default -> false;
        };
    }

    /** The ideographs that BERT sets apart, block by block. */
    private static boolean isChinese(int c) {
        return c >= 0x4E00 && c <= 0x9FFF || c >= 0x3400 && c <= 0x4DBF || c >= 0x20000 && c <= 0x2A6DF
                || c >= 0x2A700 && c <= 0x2B81F || c >= 0x2B920 && c <= 0x2CEAF || c >= 0xF900 && c <= 0xFAFF
                || c >= 0x2F800 && c <= 0x2FA1F;
    }
}
