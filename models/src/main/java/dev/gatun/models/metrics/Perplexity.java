package dev.gatun.models.metrics;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How well a language model predicts a text. With the negative log-likelihood {@code L} of all its {@code T} tokens in nats,
 *
 * <pre>
 * loss = L / T      perplexity = exp(L / T)      bits per byte = L / (B ln 2)
 * </pre>
 *
 * where {@code B} is the number of bytes of UTF-8 that the tokens stand for (Gao et al., "The Pile", 2020): unlike the
 * perplexity, it can be compared between tokenizers. Every token weighs the same, however it was batched. All are NaN
 * without tokens. Not for use by several threads at a time.
 */
public final class Perplexity {
    private final Sum nats = new Sum();
    private long tokens;
    private long bytes;
    private long characters;

    /** Nothing measured yet. */
    public Perplexity() {}

    /**
     * Takes in a token.
     *
     * @param loss its negative log-likelihood in nats
     * @param text its bytes of UTF-8; a character may begin in one token and end in the next
     */
    public void add(double loss, byte[] text) {
        nats.add(loss);
        tokens++;
        bytes += text.length;
        for (byte b : text) if ((b & 0xC0) != 0x80) characters++; // each character has one byte that goes on none
    }

    /** Takes in all that another stream saw. */
    public void merge(Perplexity other) {
        nats.add(other.nats);
        tokens += other.tokens;
        bytes += other.bytes;
        characters += other.characters;
    }

    /** Tokens measured. */
    public long tokens() {
        return tokens;
    }

    /** Bytes of UTF-8 that the tokens stand for. */
    public long bytes() {
        return bytes;
    }

    /** Characters (code points) that the tokens stand for. */
    public long characters() {
        return characters;
    }

    /** Mean loss of a token in nats. */
    public double loss() {
        return tokens == 0 ? Double.NaN : nats.value() / tokens;
    }

    /** Perplexity of a token: infinite where the loss is beyond all exponents. */
    public double value() {
        return Math.exp(loss());
    }

    /** Bits that a byte of the text takes; NaN when the tokens stand for none. */
    public double bitsPerByte() {
        return bits(bytes);
    }

    /** Bits that a character of the text takes; NaN when the tokens stand for none. */
    public double bitsPerCharacter() {
        return bits(characters);
    }

    /** All of it as a JSON object; what is not defined is null. */
    public String json() {
        ObjectNode root = Json.object().put("tokens", tokens).put("bytes", bytes).put("characters", characters);
        Json.put(root, "loss", loss());
        Json.put(root, "perplexity", value());
        Json.put(root, "bitsPerByte", bitsPerByte());
        return Json.put(root, "bitsPerCharacter", bitsPerCharacter()).toPrettyString();
    }

    private double bits(long parts) {
        return parts == 0 ? Double.NaN : nats.value() / Math.log(2) / parts;
    }
}
