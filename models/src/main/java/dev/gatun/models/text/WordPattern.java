package dev.gatun.models.text;

/**
 * How text is cut into words before pairs are merged: the patterns of well-known vocabularies. The first three are
 * cut by hand-written code, which {@link #regex} specifies.
 */
public enum WordPattern {
    /** GPT-2, GPT-3, RoBERTa. */
    GPT2("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", 0),

    /** Llama 3 and GPT-4 (cl100k): contractions in either case, digits by three, line ends kept with what they end. */
    LLAMA3("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", 3),

    /** Qwen 2 and 2.5: as Llama 3 with each digit alone. */
    QWEN2("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", 1),

    /** GPT-4o (o200k): words change at a capital. */
    O200K("[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", -1);

    private final String regex;
    private final int digits; // longest run of digits in one word, 0 for any length, -1: cut by the regular expression

    WordPattern(String regex, int digits) {
        this.regex = regex;
        this.digits = digits;
    }

    /** The pattern as a regular expression: all matches, in their order, are the words. */
    public String regex() {
        return regex;
    }

    /** What cuts text so. */
    PreTokenizer splitter() {
        return switch (this) {
            case GPT2 -> new Gpt2Words();
            case LLAMA3, QWEN2 -> new Llama3Words(digits);
            case O200K -> new RegexSplit(RegexSplit.compile(regex), SplitBehavior.ISOLATED, false);
        };
    }

    /** The hand-written code that cuts text as a regular expression does, null when there is none. */
    static PreTokenizer splitter(String regex, SplitBehavior behavior, boolean invert) {
        for (WordPattern p : values()) {
            // each of these patterns matches every character, so that inverting and keeping apart mean the same
            if (p.digits >= 0 && p.regex.equals(regex) && keepsAll(behavior, invert)) return p.splitter();
        }
        return null;
    }

    private static boolean keepsAll(SplitBehavior behavior, boolean invert) {
        return behavior == SplitBehavior.ISOLATED || behavior == SplitBehavior.REMOVED && invert;
    }
}
