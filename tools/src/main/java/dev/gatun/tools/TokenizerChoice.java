package dev.gatun.tools;

import dev.gatun.models.text.ByteTokenizer;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;

/** What {@code --tokenizer} names: {@code char}, {@code byte}, or a file. */
final class TokenizerChoice {
    static final String CHAR = "char";
    private static final String BYTE = "byte";

    private TokenizerChoice() {}

    private static boolean is(String kind, String given) {
        return given.toLowerCase(Locale.ROOT).equals(kind);
    }

    /** Checks the flag before any work is done. */
    static void check(String given) {
        if (!is(CHAR, given) && !is(BYTE, given) && !Files.isRegularFile(Path.of(given))) {
            throw new IllegalArgumentException("--tokenizer " + given + ": expected char, byte or the path of a tokenizer.json");
        }
    }

    /**
     * The tokenizer.
     *
     * @param characters finds the characters of the text, where they are asked for
     */
    static Tokenizer of(String given, Supplier<CharTokenizer> characters) throws IOException {
        check(given);
        if (is(CHAR, given)) return characters.get();
        return is(BYTE, given) ? new ByteTokenizer() : SubwordTokenizer.read(Path.of(given));
    }
}
