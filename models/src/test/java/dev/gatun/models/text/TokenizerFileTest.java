package dev.gatun.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are no tokenizers: each gets an error that names file, field and what was expected. */
class TokenizerFileTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SMALL = "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]}}";
    @TempDir
    private Path folder;

    private SubwordTokenizer read(String content) throws IOException {
        return SubwordTokenizer.read(Files.writeString(folder.resolve("tokenizer.json"), content));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "| the file: expected an object",
        "[] | the file: expected an object, found [",
        "{} | model: expected an object, found nothing",
        "{\"model\":3} | model: expected an object, found \"3\"",
        "{\"model\":{}} | model.vocab: expected an object of tokens",
        "{\"model\":{\"vocab\":[]}} | model.vocab: expected an object of tokens",
        "{\"model\":{\"vocab\":{\"a\":\"b\"}}} | model.vocab[\"a\"]: expected a whole number",
        "{\"model\":{\"vocab\":{\"a\":-1}}} | model.vocab[\"a\"]: expected a number from 0 to",
        "{\"model\":{\"vocab\":{\"a\":99999999999999999999999}}} | model.vocab[\"a\"]: expected a number from 0 to",
        "{\"model\":{\"vocab\":{\"a\":2000000000}}} | model.vocab[\"a\"]: expected a number from 0 to",
        "{\"model\":{\"vocab\":{\"a\":0,\"b\":0}}} | model.vocab[\"b\"]: expected a number of its own, but \"a\" has 0 too",
        "{\"model\":{\"vocab\":{\"a\":0,\"a\":1}}} | expected JSON: Duplicate field 'a'",
        "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"ab\"]}} | model.merges[0]: expected two tokens with a space between them, found \"ab\"",
        "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a a a\"]}} | model.merges[0]: expected two tokens with a space",
        "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[[\"a\"]]}} | model.merges[0]: expected a pair of tokens",
        "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[[\"a\",\"b\",\"c\"]]}} | model.merges[0]: expected two tokens and no more",
        "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[7]}} | model.merges[0]: expected a pair of tokens, found \"7\"",
        "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}} | model.merges[0]: expected tokens of the vocabulary, found \"b\"",
        "{\"model\":{\"vocab\":{\"a\":0,\"b\":1},\"merges\":[\"a b\"]}} | model.merges[0]: expected tokens of the vocabulary, found \"ab\"",
        "{\"model\":{\"type\":\"Unigram\",\"vocab\":{\"a\":0}}} | model.type: expected \"BPE\" or \"WordPiece\", found \"Unigram\"",
        "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":0}}} | model.unk_token: expected a token of the vocabulary (\"[UNK]\" is not in it)",
        "{\"model\":{\"type\":\"BPE\",\"unk_token\":\"u\",\"vocab\":{\"a\":0}}} | model.unk_token: expected a token of the vocabulary",
        "{\"model\":{\"type\":\"BPE\",\"dropout\":0.1,\"vocab\":{\"a\":0}}} | model.dropout: expected null or 0",
        "{\"model\":{\"type\":\"BPE\",\"ignore_merges\":1,\"vocab\":{\"a\":0}}} | model.ignore_merges: expected true or false, found 1",
    })
    void brokenModels(String content, String message) {
        assertThatThrownBy(() -> read(content == null ? "" : content)).isInstanceOf(TokenizerException.class)
                .hasMessageContaining("tokenizer.json: ").hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "normalizer | 3 | normalizer: expected an object with a \"type\", found 3",
        "normalizer | {\"type\":\"Nmt\"} | normalizer.type: expected one of Sequence, NFC",
        "normalizer | {\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\"}]} | normalizer.normalizers[0].prepend: expected a string, found nothing",
        "normalizer | {\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(\"},\"content\":\"\"} | normalizer.pattern.Regex: expected a regular expression",
        "pre_tokenizer | {} | pre_tokenizer.type: expected a string, found nothing",
        "pre_tokenizer | {\"type\":\"Split\",\"pattern\":{\"Regex\":\"[\"},\"behavior\":\"Isolated\"} | pre_tokenizer.pattern.Regex: expected a regular expression",
        "pre_tokenizer | {\"type\":\"Split\",\"pattern\":{\"String\":\"a\"},\"behavior\":\"Odd\"} | pre_tokenizer.behavior: expected one of Removed",
        "pre_tokenizer | {\"type\":\"Metaspace\",\"replacement\":\"ab\"} | pre_tokenizer.replacement: expected a single character",
        "pre_tokenizer | {\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"x\"} | pre_tokenizer.prepend_scheme: expected one of \"always\"",
        "pre_tokenizer | {\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\"},{\"type\":\"WhitespaceSplit\"}]} | pre_tokenizer.pretokenizers[0]: expected ByteLevel as the last",
        "decoder | {\"type\":\"CTC\"} | decoder.type: expected one of Sequence, ByteLevel",
        "decoder | {\"type\":\"Strip\",\"content\":\" \",\"start\":-1,\"stop\":0} | decoder.start: expected a whole number from 0 to",
        "post_processor | {\"type\":\"BertProcessing\",\"sep\":[\"x\"],\"cls\":[\"y\",1]} | post_processor.cls",
        "post_processor | {\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"x\",\"type_id\":0}}],\"pair\":[]} | post_processor.special_tokens[\"x\"].ids: expected an array",
        "added_tokens | {} | added_tokens: expected an array",
        "added_tokens | [{\"content\":\"x\"}] | added_tokens[0].id: expected a whole number",
        "added_tokens | [{\"id\":5,\"content\":\"x\",\"special\":\"yes\"}] | added_tokens[0].special: expected true or false",
        "added_tokens | [{\"id\":1,\"content\":\"x\"}] | added_tokens: expected each token and each number once",
        "added_tokens | [{\"id\":7,\"content\":\"a\"}] | added_tokens[0].id: expected the number that the vocabulary has for it, 0, found 7",
        "added_tokens | [{\"id\":2000000000,\"content\":\"x\"}] | added_tokens[0].id: expected a whole number from 0 to",
    })
    void brokenSettings(String part, String value, String message) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree(SMALL);
        root.set(part, JSON.readTree(value));
        if (message.endsWith(".cls")) root.withObject("/post_processor").putArray("cls").add("y").add(9);
        assertThatThrownBy(() -> read(root.toString())).isInstanceOf(TokenizerException.class).hasMessageContaining("tokenizer.json: " + message);
    }

    @Test
    void theSmallFileIsGood() throws IOException {
        SubwordTokenizer t = read(SMALL);
        assertThat(t.encode("abba")).containsExactly(2, 1, 0);
        assertThat(t.decode(new int[] {2, 1})).isEqualTo("ab b"); // without a decoder, with spaces
        // merges before the vocabulary, and parts nobody knows
        String turned = "{\"x\":[{\"y\":1},2],\"model\":{\"merges\":[[\"a\",\"b\"]],\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"type\":\"BPE\"}}";
        assertThat(read(turned).encode("abba")).containsExactly(2, 1, 0);
    }

    @Test
    void bombsAreRefusedBeforeTheyFillTheMemory() throws IOException {
        assertThatThrownBy(() -> read("{\"decoder\":" + "[".repeat(100_000))).isInstanceOf(TokenizerException.class).hasMessageContaining("nesting");
        assertThatThrownBy(() -> read("{\"normalizer\":[" + "{},".repeat(1_500_000))).hasMessageContaining("at most 2000000 values");
        assertThatThrownBy(() -> read("{\"unknown\":[" + "{},".repeat(1_500_000))).hasMessageContaining("at most 2000000 values");
        assertThatThrownBy(() -> read("{\"version\":\"" + "x".repeat(3_000_000))).isInstanceOf(TokenizerException.class).hasMessageContaining("expected JSON");
        assertThatThrownBy(() -> read("{\"model\":{\"vocab\":{\"" + "x".repeat(200_000) + "\":0}}}")).isInstanceOf(TokenizerException.class);
        Path large = folder.resolve("large.json");
        try (var channel = FileChannel.open(large, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[1]), 1L << 30); // a hole: no room on disk
        }
        assertThatThrownBy(() -> SubwordTokenizer.read(large)).isInstanceOf(TokenizerException.class).hasMessageContaining("at most");
        assertThatThrownBy(() -> SubwordTokenizer.readTiktoken(large, WordPattern.GPT2, Map.of())).hasMessageContaining("at most");
    }

    /** Good files, cut short or with bytes changed, either still are tokenizers or are refused as this library does. */
    @Test
    void damagedFilesAreRefusedOrRead() throws IOException {
        ObjectNode wordPiece = VocabularyFiles.wordPiece(List.of("the quick brown fox, naïve"), true, 20);
        Path file = folder.resolve("tokenizer.json");
        BpeTrainer.of(300, WordPattern.LLAMA3).special("<s>").train(List.of("the quick brown fox the quick")).write(file);
        ObjectNode bytes = VocabularyFiles.byteFallback((ObjectNode) JSON.readTree(file.toFile()), "");
        VocabularyFiles.prependAndReplace(bytes);
        SplittableRandom random = new SplittableRandom(8);
        for (byte[] good : List.of(JSON.writeValueAsBytes(wordPiece), JSON.writeValueAsBytes(bytes), Files.readAllBytes(file))) {
            for (int i = 0; i < 400; i++) {
                byte[] bad = good.clone();
                if (i % 5 == 0) bad = Arrays.copyOf(good, random.nextInt(good.length));
                else for (int k = random.nextInt(1, 4); k > 0; k--) bad[random.nextInt(bad.length)] = (byte) (random.nextBoolean() ? random.nextInt(256) : "{}[],:\"0-9ntfu".charAt(random.nextInt(14)));
                Files.write(file, bad);
                try {
                    SubwordTokenizer.read(file).encode("the quick brown fox <s> é");
                    assertThat(i % 5).isNotZero();
                } catch (TokenizerException e) {
                    assertThat(e).hasMessageStartingWith(file.toString());
                } catch (RuntimeException e) {
                    fail("on " + new String(bad, StandardCharsets.UTF_8), e);
                }
            }
        }
    }
}
