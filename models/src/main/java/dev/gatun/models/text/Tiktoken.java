package dev.gatun.models.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Reads tiktoken rank files. A token's rank is its number and the order of merging: any two parts of it merge with it. */
final class Tiktoken {
    private static final long LARGEST_FILE = 1L << 26;
    private static final int LONGEST_TOKEN = 256; // bytes
    private static final int MOST_MERGES = 1 << 22;
    private static final int MOST_BYTES = 1 << 24; // of all tokens together

    private Tiktoken() {}

    static Definition read(Path file, WordPattern words, Map<String, Integer> special) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST_FILE) {
            throw new TokenizerException(file, "the file", "expected at most " + LARGEST_FILE + " bytes, found " + size);
        }
        Map<String, Integer> vocabulary = tokens(file);
        for (int b = 0; b < 256; b++) {
            if (!vocabulary.containsKey(String.valueOf(ByteAlphabet.character(b)))) {
                throw new TokenizerException(file, "the file", "expected a token for each byte, found none for " + Bpe.byteName(b));
            }
        }
        LongMap merges = new LongMap(4 * vocabulary.size());
        vocabulary.forEach((token, rank) -> {
            for (int i = 1; i < token.length(); i++) {
                Integer left = vocabulary.get(token.substring(0, i));
                Integer right = left == null ? null : vocabulary.get(token.substring(i));
                if (right != null) merges.put(LongMap.pair(left, right), LongMap.pair(rank, rank));
            }
            if (merges.size() > MOST_MERGES) {
                throw new TokenizerException(file, "the file", "expected tokens made of at most " + MOST_MERGES + " pairs of others, found more");
            }
        });
        special.forEach((mark, id) -> {
            // readers of a tokenizer.json count on finding special tokens in the vocabulary
            if (vocabulary.putIfAbsent(mark, id) != null || id < 0 || id >= Definition.LARGEST_VOCABULARY) {
                throw new IllegalArgumentException("the special token \"" + mark + "\" with number " + id + ": it must not be a token of "
                        + file + ", and its number be from 0 to " + (Definition.LARGEST_VOCABULARY - 1));
            }
        });
        return new Definition(file, ByteLevel.settings(words, special, true), vocabulary, merges);
    }

    /** Tokens in the byte-level alphabet, with their ranks. */
    private static Map<String, Integer> tokens(Path file) throws IOException {
        Map<String, Integer> tokens = new HashMap<>();
        Map<Integer, String> ranks = new HashMap<>();
        int bytes = 0;
        int number = 0;
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                if (line.isBlank()) continue;
                String field = "line " + number;
                byte[] token = token(file, field, line);
                int rank = rank(file, field, line);
                String name = ByteAlphabet.spell(token, 0, token.length);
                if (tokens.put(name, rank) != null || ranks.put(rank, name) != null) {
                    throw new TokenizerException(file, field, "expected each token and each rank once, found \"" + Field.shorten(line) + "\" again");
                }
                bytes += token.length;
                if (bytes > MOST_BYTES) throw new TokenizerException(file, field, "expected tokens of at most " + MOST_BYTES + " bytes together");
            }
        }
        return tokens;
    }

    private static byte[] token(Path file, String field, String line) {
        int space = line.indexOf(' ');
        try {
            byte[] token = Base64.getDecoder().decode(line.substring(0, Math.max(0, space)));
            if (token.length > 0 && token.length <= LONGEST_TOKEN) return token;
        } catch (IllegalArgumentException e) {
            throw wrong(file, field, line, e);
        }
        throw wrong(file, field, line, null);
    }

    private static int rank(Path file, String field, String line) {
        try {
            int rank = Integer.parseInt(line.substring(line.indexOf(' ') + 1).trim());
            if (rank >= 0 && rank < Definition.LARGEST_VOCABULARY) return rank;
        } catch (NumberFormatException e) {
            throw wrong(file, field, line, e);
        }
        throw wrong(file, field, line, null);
    }

    private static TokenizerException wrong(Path file, String field, String line, Exception cause) {
        return new TokenizerException(file, field, "expected the base64 of a token of 1 to " + LONGEST_TOKEN
                + " bytes, a space and a rank below " + Definition.LARGEST_VOCABULARY + ", found \"" + Field.shorten(line) + "\"", cause);
    }
}
