package dev.gatun.models.rnn;

/**
 * Sizes of an LSTM language model.
 *
 * @param vocabulary number of tokens
 * @param context longest sequence, at the start of which nothing is remembered
 * @param layers number of LSTM layers
 * @param width of the hidden vectors
 * @param embedding length of the vector of a token
 * @param dropout probability while training, in [0,1): of the tokens' vectors and behind each layer
 */
public record LstmConfig(int vocabulary, int context, int layers, int width, int embedding, double dropout) {
    private static final int LARGEST = 1 << 24;

    /** Checks each size; the message names it and its rule. */
    public LstmConfig {
        size("vocabulary", vocabulary);
        size("context", context);
        size("layers", layers);
        size("width", width);
        size("embedding", embedding);
        if (!(dropout >= 0 && dropout < 1)) throw new IllegalArgumentException("dropout must lie in [0,1), got " + dropout);
    }

    private static void size(String name, int value) {
        if (value < 1 || value > LARGEST) {
            throw new IllegalArgumentException(name + " must lie in 1.." + LARGEST + ", got " + value);
        }
    }
}
