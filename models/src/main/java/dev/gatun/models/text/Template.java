package dev.gatun.models.text;

import java.util.List;

/**
 * What is put around a text, or around two: begin and end marks, [CLS] and [SEP].
 *
 * @param single parts for one text
 * @param pair parts for two
 */
record Template(List<Part> single, List<Part> pair) {
    static final int FIRST = -1;
    static final int SECOND = -2;

    /**
     * A token, or {@link #FIRST} or {@link #SECOND} for the place of a text.
     *
     * @param type the number that tells a model which text this belongs to
     */
    record Part(int token, int type) {}

    /** Nothing around texts. */
    static Template none() {
        return new Template(List.of(new Part(FIRST, 0)), List.of(new Part(FIRST, 0), new Part(SECOND, 1)));
    }

    private static TokenRow fill(List<Part> parts, int[] first, int[] second) {
        IntList tokens = new IntList(first.length + second.length + parts.size());
        IntList types = new IntList(first.length + second.length + parts.size());
        for (Part p : parts) {
            int[] row = p.token == FIRST ? first : p.token == SECOND ? second : new int[] {p.token};
            tokens.addAll(row, row.length);
            for (int i = 0; i < row.length; i++) types.add(p.type);
        }
        return new TokenRow(tokens.toArray(), types.toArray());
    }

    TokenRow fill(int[] text) {
        return fill(single, text, new int[0]);
    }

    TokenRow fill(int[] first, int[] second) {
        return fill(pair, first, second);
    }
}
