package dev.gatun.models.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/** One token for each Unicode character (code point) of a fixed set, numbered in ascending order. */
public final class CharTokenizer implements Tokenizer {
    private final int[] codePoints;

    /**
     * A tokenizer over a set of characters.
     *
     * @param characters each character once, ascending by code point
     * @throws IllegalArgumentException when they are not
     */
    public CharTokenizer(String characters) {
        codePoints = characters.codePoints().toArray();
        if (codePoints.length == 0) throw new IllegalArgumentException("a character set needs at least one character");
        for (int i = 0; i < codePoints.length; i++) {
            if (Character.getType(codePoints[i]) == Character.SURROGATE) {
                throw new IllegalArgumentException("a character set cannot hold half of a surrogate pair");
            }
            if (i > 0 && codePoints[i - 1] >= codePoints[i]) {
                throw new IllegalArgumentException("a character set must ascend, each character once, but "
                        + name(codePoints[i]) + " follows " + name(codePoints[i - 1]));
            }
        }
    }

    /** A tokenizer over the characters that a text holds. */
    public static CharTokenizer of(String text) {
        int[] points = text.codePoints().sorted().distinct().toArray();
        return new CharTokenizer(new String(points, 0, points.length));
    }

    /** The set: each character once, ascending. */
    public String characters() {
        return new String(codePoints, 0, codePoints.length);
    }

    @Override
    public String kind() {
        return "char";
    }

    @Override
    public int vocabulary() {
        return codePoints.length;
    }

    /** The token of a character, -1 when the set does not hold it. */
    public int token(int codePoint) {
        return Math.max(-1, Arrays.binarySearch(codePoints, codePoint));
    }

    @Override
    public int[] encode(String text) {
        return text.codePoints().map(this::known).toArray();
    }

    private int known(int codePoint) {
        int token = token(codePoint);
        if (token < 0) {
            throw new IllegalArgumentException("the vocabulary of " + codePoints.length + " characters does not hold "
                    + name(codePoint) + ": leave it out, or train on text that has it");
        }
        return token;
    }

    @Override
    public byte[] bytes(int token) {
        return Character.toString(codePoints[Objects.checkIndex(token, codePoints.length)]).getBytes(StandardCharsets.UTF_8);
    }

    private static String name(int codePoint) {
        String hex = String.format(Locale.ROOT, "U+%04X", codePoint);
        return Character.isISOControl(codePoint) ? hex : "'" + Character.toString(codePoint) + "' (" + hex + ")";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CharTokenizer c && Arrays.equals(codePoints, c.codePoints);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(codePoints);
    }

    @Override
    public String toString() {
        return "CharTokenizer of " + codePoints.length + " characters";
    }
}
