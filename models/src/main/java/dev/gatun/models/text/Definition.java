package dev.gatun.models.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;

/**
 * All that makes a subword tokenizer.
 *
 * @param source the file it comes from, for errors
 * @param settings a {@code tokenizer.json} without {@code model.vocab} and {@code model.merges}
 * @param vocabulary number of each token of the model
 * @param merges {@code (left, right) -> rank << 32 | token}; empty for models that do not merge
 */
record Definition(Path source, ObjectNode settings, Map<String, Integer> vocabulary, LongMap merges) {
    /** Numbers of tokens are below this. */
    static final int LARGEST_VOCABULARY = 1 << 21;
}
