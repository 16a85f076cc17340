package dev.gatun.models.data;

import dev.gatun.models.text.Tokenizer;

/** Tokens in two stretches: the first nine tenths to train on, the rest to validate with. Owns the tokens. */
public final class Dataset implements TokenData {
    private final TokenSequence tokens;
    private final Windows train;
    private final Windows validation;

    private Dataset(TokenSequence tokens, Windows train, Windows validation) {
        this.tokens = tokens;
        this.train = train;
        this.validation = validation;
    }

    /**
     * Tokens of a text, split.
     *
     * @param context tokens in a window
     * @throws DataException when no window fits into one of the stretches
     */
    public static Dataset of(Text text, Tokenizer tokenizer, int context) {
        TokenSequence tokens = TokenSequence.of(text, tokenizer);
        long n = tokens.length();
        long split = n / 10 * 9 + n % 10 * 9 / 10;
        if (n - split < context + 1L || split < context + 1L) {
            tokens.close();
            long most = n - split - 1;
            throw new DataException(text.name() + " is too short for a context of " + context + ": it has " + n
                    + " tokens, of which the last " + (n - split) + " are kept for validation, and " + (context + 1L)
                    + " are needed there. Use more text" + (most > 0 ? ", or a context of at most " + most : ""));
        }
        return new Dataset(tokens, new Windows(tokens, 0, split, context), new Windows(tokens, split, n, context));
    }

    @Override
    public Windows train() {
        return train;
    }

    @Override
    public Windows validation() {
        return validation;
    }

    /** Number of tokens in both. */
    public long tokens() {
        return tokens.length();
    }

    /** CRC-32C over all tokens. */
    public long checksum() {
        return tokens.checksum();
    }

    /** Number of tokens and CRC-32C over them. */
    @Override
    public String version() {
        return tokens() + "-" + Long.toHexString(checksum());
    }

    @Override
    public void close() {
        tokens.close();
    }
}
