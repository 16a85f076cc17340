package dev.gatun.models.text;

import java.nio.CharBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts text by a regular expression.
 *
 * @param pattern what matches
 * @param behavior what becomes of matches
 * @param invert whether what lies between matches counts as the match
 */
record RegexSplit(Pattern pattern, SplitBehavior behavior, boolean invert) implements PreTokenizer {
    /**
     * A pattern as tokenizer files have it. Classes are Unicode's, also when case is ignored; {@code ^} and {@code $}
     * match at line ends, and {@code (?m)} would make a dot match those, which Java writes {@code (?s)}.
     *
     * @throws java.util.regex.PatternSyntaxException for one that Java does not know
     */
    static Pattern compile(String regex) {
        return Pattern.compile(scripts(regex), Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE | Pattern.MULTILINE);
    }

    /** Java names scripts with "Is" before them. */
    private static String scripts(String regex) {
        return regex.replaceAll("\\\\([pP])\\{(Han|Hangul|Hiragana|Katakana|Thai|Lao|Khmer|Myanmar|Latin|Greek|Cyrillic"
                + "|Arabic|Hebrew|Devanagari)\\}", "\\\\$1{Is$2}");
    }

    @Override
    public void split(char[] text, int from, int to, boolean first, Pieces out) {
        SplitBehavior.Parts parts = new SplitBehavior.Parts(from);
        Matcher m = pattern.matcher(CharBuffer.wrap(text, from, to - from));
        try {
            while (m.find()) {
                parts.add(from + m.start(), invert);
                parts.add(from + m.end(), !invert);
            }
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("the pattern \"" + pattern + "\" needs too much memory on a text of "
                    + (to - from) + " characters: encode it in shorter parts", e);
        }
        parts.add(to, invert);
        parts.emit(behavior, text, from, out);
    }
}
