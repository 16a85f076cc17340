package dev.gatun.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokens and decoded text against Hugging Face's tokenizers, on 10,500 strings for GPT-2, Llama 3, byte fallback and
 * WordPiece, and on fewer for their variants. Strings are drawn from characters older than Unicode 15, as the library
 * knows no newer ones.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OracleTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STRINGS = 10_500;
    @TempDir
    private Path folder;
    private String prose;
    private List<String> documents;

    @BeforeAll
    void readProse() throws IOException {
        prose = Prose.read(400_000);
        documents = new ArrayList<>(new VariedText(1, prose).strings(3000));
        documents.add(prose);
    }

    /** Changes a file that was written, as other writers would have written it. */
    private Path edited(SubwordTokenizer tokenizer, Consumer<ObjectNode> change) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        tokenizer.write(file);
        ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
        change.accept(root);
        Files.writeString(file, root.toString());
        return file;
    }

    private void compare(Path file, long seed, int strings) throws IOException {
        SubwordTokenizer ours = SubwordTokenizer.read(file);
        List<String> texts = new VariedText(seed, prose).strings(strings);
        try (Oracle oracle = Oracle.open(file)) {
            oracle.agrees(ours, texts);
            for (int i = 0; i + 1 < Math.min(200, texts.size()); i += 2) {
                assertThat(ours.frame(texts.get(i))).isEqualTo(oracle.frame(texts.get(i)));
                assertThat(ours.frame(texts.get(i), texts.get(i + 1))).isEqualTo(oracle.frame(texts.get(i), texts.get(i + 1)));
            }
            String word = prose.substring(0, 5000).replaceAll("[^a-z]", ""); // one long word: merged in a heap
            assertThat(word).hasSizeGreaterThan(1000);
            assertThat(ours.encode(word)).isEqualTo(oracle.encode(word));
        }
    }

    private static void addToken(ObjectNode root, int id, String content, String... flags) {
        VocabularyFiles.addToken(root, id, content, Set.of(flags));
    }

    private Path written(ObjectNode root) throws IOException {
        return Files.writeString(folder.resolve("made.json"), root.toString());
    }

    private ObjectNode byteFallback(String extraMerge) throws IOException {
        SubwordTokenizer t = BpeTrainer.of(3000, WordPattern.GPT2).train(documents);
        Path file = folder.resolve("bytes.json");
        t.write(file);
        return VocabularyFiles.byteFallback((ObjectNode) JSON.readTree(file.toFile()), extraMerge);
    }

    @Test
    void gpt2() throws IOException {
        SubwordTokenizer t = BpeTrainer.of(3000, WordPattern.GPT2).special("<|endoftext|>").train(documents);
        assertThat(t.vocabulary()).isEqualTo(3000);
        compare(edited(t, root -> { }), 2, STRINGS);
    }

    @Test
    void gpt2WithAPrefixSpaceAndAllFlagsOfAddedTokens() throws IOException {
        SubwordTokenizer t = BpeTrainer.of(1500, WordPattern.GPT2).special("<|endoftext|>").train(documents);
        Path file = edited(t, root -> {
            root.withObject("/pre_tokenizer").put("add_prefix_space", true);
            addToken(root, 1500, "<|tag|>", "lstrip", "special");
            addToken(root, 1501, "token", "single_word");
            addToken(root, 1502, "<s>", "rstrip", "normalized");
            addToken(root, 1503, "</s>", "lstrip", "rstrip");
            addToken(root, 1504, "[MASK]", "lstrip", "rstrip", "single_word", "normalized");
            addToken(root, 1505, "<s></s>");
            root.withObject("/post_processor").put("type", "RobertaProcessing").put("trim_offsets", true).put("add_prefix_space", true);
            root.withArray("/post_processor/sep").add("</s>").add(1503);
            root.withArray("/post_processor/cls").add("<s>").add(1502);
        });
        compare(file, 3, STRINGS);
    }

    @Test
    void llama3() throws IOException {
        SubwordTokenizer t = BpeTrainer.of(3000, WordPattern.LLAMA3).special("<|begin_of_text|>", "<|endoftext|>").train(documents);
        Path file = edited(t, root -> {
            root.withObject("/model").put("ignore_merges", true);
            ObjectNode post = root.withObject("/post_processor").put("type", "Sequence");
            post.withArray("processors").addObject().put("type", "ByteLevel").put("add_prefix_space", true).put("trim_offsets", false).put("use_regex", true);
            ObjectNode template = post.withArray("processors").addObject().put("type", "TemplateProcessing");
            for (String row : List.of("single", "pair")) {
                for (String part : row.equals("single") ? List.of("A") : List.of("A", "B")) {
                    int type = part.equals("A") ? 0 : 1;
                    template.withArray(row).addObject().putObject("SpecialToken").put("id", "<|begin_of_text|>").put("type_id", type);
                    template.withArray(row).addObject().putObject("Sequence").put("id", part).put("type_id", type);
                }
            }
            ObjectNode token = template.putObject("special_tokens").putObject("<|begin_of_text|>").put("id", "<|begin_of_text|>");
            token.putArray("ids").add(0);
            token.putArray("tokens").add("<|begin_of_text|>");
        });
        compare(file, 4, STRINGS);
    }

    @Test
    void qwen2AndGpt4o() throws IOException {
        for (WordPattern p : List.of(WordPattern.QWEN2, WordPattern.O200K)) {
            SubwordTokenizer t = BpeTrainer.of(1200, p).special("<|endoftext|>").train(documents);
            compare(edited(t, root -> root.putObject("normalizer").put("type", "NFC")), 5, STRINGS / 3);
        }
    }

    @Test
    void llama2WithByteFallback() throws IOException {
        ObjectNode root = byteFallback("");
        VocabularyFiles.prependAndReplace(root);
        compare(written(root), 6, STRINGS);
    }

    @Test
    void byteFallbackWithAMergeOverWordsAndAnUnknownToken() throws IOException {
        ObjectNode root = byteFallback("s \u2581");
        VocabularyFiles.prependAndReplace(root);
        compare(written(root), 7, STRINGS / 2);
        root.withObject("/model").put("byte_fallback", false);
        compare(written(root), 8, STRINGS / 4);
        root.withObject("/model").put("fuse_unk", false);
        compare(written(root), 9, STRINGS / 4);
    }

    @Test
    void tiktoken() throws IOException {
        SubwordTokenizer t = BpeTrainer.of(2000, WordPattern.LLAMA3).train(documents);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < t.vocabulary(); i++) lines.append(Base64.getEncoder().encodeToString(t.bytes(i))).append(' ').append(i).append('\n');
        Path ranks = Files.writeString(folder.resolve("ranks"), lines);
        SubwordTokenizer read = SubwordTokenizer.readTiktoken(ranks, WordPattern.LLAMA3, Map.of("<|endoftext|>", 2000, "<|tag|>", 2001));
        compare(edited(read, root -> { }), 16, STRINGS / 3);
    }

    @Test
    void metaspace() throws IOException {
        for (String scheme : List.of("always", "first", "never")) {
            ObjectNode root = byteFallback("");
            VocabularyFiles.metaspace(root, scheme, !scheme.equals("first"));
            compare(written(root), 10, STRINGS / 6);
        }
    }

    @Test
    void wordPiece() throws IOException {
        for (boolean lower : new boolean[] {true, false}) {
            ObjectNode root = VocabularyFiles.wordPiece(documents, lower, 2500);
            int size = root.at("/model/vocab").size();
            addToken(root, root.at("/model/vocab").path("Token").asInt(size), "Token", "normalized");
            compare(written(root), 11, lower ? STRINGS : STRINGS / 3);
        }
    }

    @Test
    void symbolsWithPrefixesAndSuffixes() throws IOException {
        List<String> some = documents.subList(0, 400);
        compare(written(VocabularyFiles.marked(some, "", "</w>")), 17, 1500);
        compare(written(VocabularyFiles.marked(some, "##", "")), 18, 1500);
        ObjectNode clip = VocabularyFiles.marked(some, "", "</w>");
        ObjectNode parts = clip.putObject("pre_tokenizer").put("type", "Sequence");
        parts.putArray("pretokenizers").addObject().put("type", "WhitespaceSplit");
        parts.withArray("pretokenizers").addObject().put("type", "ByteLevel").put("add_prefix_space", false).put("use_regex", false).put("trim_offsets", true);
        compare(written(clip), 19, 1500);
    }

    @Test
    void otherPartsOfTheFormat() throws IOException {
        ObjectNode root = VocabularyFiles.wordPiece(documents, false, 2500);
        for (String form : List.of("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents")) {
            root.putObject("normalizer").put("type", form);
            compare(written(root), 12, 500);
        }
        root.putObject("normalizer").put("type", "Strip").put("strip_left", true).put("strip_right", false);
        for (String cut : List.of("Whitespace", "WhitespaceSplit", "Punctuation", "Digits")) {
            ObjectNode parts = root.putObject("pre_tokenizer").put("type", "Sequence");
            parts.putArray("pretokenizers").addObject().put("type", cut).put("behavior", "Contiguous").put("individual_digits", true);
            parts.withArray("pretokenizers").addObject().put("type", "WhitespaceSplit");
            compare(written(root), 13, 500);
        }
        for (String behavior : List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")) {
            for (boolean invert : new boolean[] {true, false}) {
                ObjectNode split = root.putObject("pre_tokenizer").put("type", "Split").put("behavior", behavior).put("invert", invert);
                split.putObject("pattern").put("Regex", "\\s|\\d{2}|\\p{P}");
                compare(written(root), 14, 250);
                split.putObject("pattern").put("String", ".");
                compare(written(root), 15, 100);
            }
        }
    }
}
