package dev.gatun.models.text;

import java.util.Arrays;
import java.util.Objects;

/**
 * Tokens as a model reads them: texts with marks around them.
 *
 * @param tokens the tokens
 * @param types of each token, which text it belongs to, as BERT's token types: 0 for the first, 1 for the second
 */
public record TokenRow(int[] tokens, int[] types) {
    public TokenRow {
        Objects.requireNonNull(tokens, "tokens");
        if (tokens.length != types.length) {
            throw new IllegalArgumentException(tokens.length + " tokens with " + types.length + " types: each token needs one");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenRow r && Arrays.equals(tokens, r.tokens) && Arrays.equals(types, r.types);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tokens) + Arrays.hashCode(types);
    }

    @Override
    public String toString() {
        return Arrays.toString(tokens) + " of types " + Arrays.toString(types);
    }
}
