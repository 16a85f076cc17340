package dev.gatun.models.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Settings of byte-level tokenizers, as {@code tokenizer.json} has them. */
final class ByteLevel {
    private ByteLevel() {}

    /**
     * The settings.
     *
     * @param words how text is cut
     * @param special special tokens with their numbers
     * @param ignoreMerges whether a word that is a token is that token, however merging would end
     */
    static ObjectNode settings(WordPattern words, Map<String, Integer> special, boolean ignoreMerges) {
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        ArrayNode added = root.putArray("added_tokens");
        special.entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(t -> added.addObject()
                .put("id", t.getValue()).put("content", t.getKey()).put("single_word", false).put("lstrip", false)
                .put("rstrip", false).put("normalized", false).put("special", true));
        if (words == WordPattern.GPT2) {
            bytes(root.putObject("pre_tokenizer"), true);
        } else {
            ArrayNode parts = root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
            ObjectNode split = parts.addObject().put("type", "Split");
            split.putObject("pattern").put("Regex", words.regex());
            split.put("behavior", "Isolated").put("invert", false);
            bytes(parts.addObject(), false);
        }
        bytes(root.putObject("decoder"), true);
        root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token").putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix").put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", ignoreMerges);
        return root;
    }

    private static void bytes(ObjectNode node, boolean words) {
        node.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", words);
    }
}
