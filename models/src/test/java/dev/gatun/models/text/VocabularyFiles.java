package dev.gatun.models.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes tokenizer.json files of the families that the trainer does not make. */
final class VocabularyFiles {
    private VocabularyFiles() {}

    private static ObjectNode root() {
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0").putNull("truncation").putNull("padding");
        root.putArray("added_tokens");
        for (String part : List.of("normalizer", "pre_tokenizer", "post_processor", "decoder")) root.putNull(part);
        return root;
    }

    static void addToken(ObjectNode root, int id, String content, Set<String> flags) {
        ObjectNode t = root.withArray("added_tokens").addObject().put("id", id).put("content", content);
        for (String f : List.of("special", "single_word", "lstrip", "rstrip", "normalized")) t.put(f, flags.contains(f));
    }

    /** As SentencePiece has it: characters, with bytes to fall back to, and the merges of a byte-level vocabulary. */
    static ObjectNode byteFallback(ObjectNode byteLevel, String extraMerge) {
        ObjectNode root = root();
        ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout").put("unk_token", "<unk>")
                .putNull("continuing_subword_prefix").putNull("end_of_word_suffix").put("fuse_unk", true).put("byte_fallback", true);
        ObjectNode vocabulary = model.putObject("vocab");
        for (String s : List.of("<unk>", "<s>", "</s>")) {
            addToken(root, vocabulary.size(), s, Set.of("special"));
            vocabulary.put(s, vocabulary.size());
        }
        for (int b = 0; b < 256; b++) vocabulary.put(String.format("<0x%02X>", b), vocabulary.size());
        for (char c = 0x21; c < 0x17F; c++) {
            if (c != 0x7F && c % 16 != 5) vocabulary.put(String.valueOf(c), vocabulary.size()); // some must fall back
        }
        vocabulary.put("\u2581", vocabulary.size());
        ArrayNode merges = model.putArray("merges");
        if (!extraMerge.isEmpty()) {
            merges.add(extraMerge);
            vocabulary.put(extraMerge.replace(" ", ""), vocabulary.size());
        }
        byteLevel.at("/model/merges").forEach(pair -> {
            String left = spelled(pair.get(0).asText());
            String right = spelled(pair.get(1).asText());
            if (left.contains("\uFFFD") || right.contains("\uFFFD") || !vocabulary.has(left) || !vocabulary.has(right)) return;
            if (!vocabulary.has(left + right)) vocabulary.put(left + right, vocabulary.size());
            merges.add(left + " " + right);
        });
        ArrayNode steps = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        ObjectNode replace = steps.addObject().put("type", "Replace").put("content", " ");
        replace.putObject("pattern").put("String", "\u2581");
        steps.addObject().put("type", "ByteFallback");
        steps.addObject().put("type", "Fuse");
        steps.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
        return root;
    }

    private static String spelled(String token) {
        return new String(ByteAlphabet.bytes(token), StandardCharsets.UTF_8).replace(' ', '\u2581');
    }

    /** Llama 2's way to write spaces. */
    static void prependAndReplace(ObjectNode root) {
        ArrayNode steps = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        steps.addObject().put("type", "Prepend").put("prepend", "\u2581");
        ObjectNode replace = steps.addObject().put("type", "Replace").put("content", "\u2581");
        replace.putObject("pattern").put("String", " ");
    }

    static void metaspace(ObjectNode root, String scheme, boolean split) {
        for (String part : List.of("pre_tokenizer", "decoder")) {
            root.putObject(part).put("type", "Metaspace").put("replacement", "\u2581").put("prepend_scheme", scheme).put("split", split);
        }
    }

    /** BERT's: frequent words, their heads and tails, and characters. */
    static ObjectNode wordPiece(List<String> texts, boolean lower, int words) {
        ObjectNode root = root();
        root.putObject("normalizer").put("type", "BertNormalizer").put("clean_text", true).put("handle_chinese_chars", true)
                .putNull("strip_accents").put("lowercase", lower);
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = root.putObject("model").put("type", "WordPiece").put("unk_token", "[UNK]")
                .put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
        ObjectNode vocabulary = model.putObject("vocab");
        for (String s : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
            addToken(root, vocabulary.size(), s, Set.of("special"));
            vocabulary.put(s, vocabulary.size());
        }
        Map<String, Integer> counts = new HashMap<>();
        Set<String> characters = new TreeSet<>();
        for (String text : texts) {
            for (String w : (lower ? text.toLowerCase(Locale.ROOT) : text).split("[^\\p{L}\\p{M}\\p{N}]+")) {
                counts.merge(w, 1, Integer::sum);
            }
            text.codePoints().filter(c -> c < 0x600 && !Character.isWhitespace(c)).forEach(c -> characters.add(Character.toString(c)));
        }
        counts.remove("");
        for (String c : characters) add(vocabulary, c, "##" + c);
        counts.entrySet().stream().sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(words).map(Map.Entry::getKey).forEach(w -> {
                    int middle = w.offsetByCodePoints(0, w.codePointCount(0, w.length()) / 2);
                    add(vocabulary, w, w.substring(0, middle), "##" + w.substring(middle));
                });
        ObjectNode post = root.putObject("post_processor").put("type", "BertProcessing");
        post.putArray("sep").add("[SEP]").add(3);
        post.putArray("cls").add("[CLS]").add(2);
        return root;
    }

    /** BPE over characters that are marked: all but the first with a prefix, the last with a suffix. */
    static ObjectNode marked(List<String> texts, String prefix, String suffix) {
        ObjectNode root = root();
        ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout").put("unk_token", "<unk>").put("fuse_unk", false);
        model.put("continuing_subword_prefix", prefix).put("end_of_word_suffix", suffix);
        ObjectNode vocabulary = model.putObject("vocab").put("<unk>", 0);
        ArrayNode merges = model.putArray("merges");
        Set<String> seen = new TreeSet<>();
        for (String w : String.join(" ", texts).split("\\s+")) {
            if (w.length() > 12 || !w.codePoints().allMatch(c -> c > 0x20 && c < 0x250 && c % 16 != 3) || !seen.add(w)) continue;
            String all = "";
            for (int i = 0; i < w.length(); i++) {
                String mark = (i > 0 ? prefix : "") + w.charAt(i) + (i + 1 == w.length() ? suffix : "");
                add(vocabulary, mark, prefix + w.charAt(i), w.charAt(i) + suffix, prefix + w.charAt(i) + suffix);
                String joined = all + (i > 0 ? mark.substring(prefix.length()) : mark);
                if (i > 0 && !vocabulary.has(joined)) {
                    vocabulary.put(joined, vocabulary.size());
                    merges.add(all + " " + mark);
                }
                all = joined;
            }
        }
        root.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        root.putObject("decoder").put("type", "BPEDecoder").put("suffix", suffix.isEmpty() ? "</w>" : suffix);
        return root;
    }

    private static void add(ObjectNode vocabulary, String... tokens) {
        for (String t : tokens) {
            if (!t.isEmpty() && !vocabulary.has(t)) vocabulary.put(t, vocabulary.size());
        }
    }
}
